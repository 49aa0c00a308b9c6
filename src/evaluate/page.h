#pragma once

#include <string>
#include <string_view>

namespace tracetwin::evaluate {

/// One self-contained HTML page that shows `scores` (the text of the document of
/// docs/scores_json.md): web/report/dist/report.html, which is part of the program, with the scores
/// inside its empty <script type="application/json" id="scores"> element. Throws Error when the
/// page that was built in has no such element.
std::string page_of(std::string_view scores);

/// The same with another page.
std::string page_of(std::string_view scores, std::string_view page);

}  // namespace tracetwin::evaluate
