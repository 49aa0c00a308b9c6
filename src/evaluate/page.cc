#include "evaluate/page.h"

#include "base/error.h"

extern "C" {
extern const char tracetwin_report_page[];
extern const char tracetwin_report_page_end[];
}

namespace tracetwin::evaluate {

std::string page_of(std::string_view scores) {
  const auto size = static_cast<std::size_t>(tracetwin_report_page_end - tracetwin_report_page);
  return page_of(scores, {tracetwin_report_page, size});
}

std::string page_of(std::string_view scores, std::string_view page) {
  constexpr std::string_view kOpen = "<script type=\"application/json\" id=\"scores\">";
  const std::size_t at = page.find(std::string(kOpen) + "</script>");
  if (at == std::string_view::npos) {
    throw Error("the page that was built in has no place for the scores",
                "Build web/report again, then the program.");
  }
  std::string all(page.substr(0, at + kOpen.size()));
  all.reserve(page.size() + scores.size());
  for (const char c : scores) {
    if (c == '<') {  // else a text with "</script>" would end the element
      all += "\\u003c";
    } else {
      all += c;
    }
  }
  all += page.substr(at + kOpen.size());
  return all;
}

}  // namespace tracetwin::evaluate
