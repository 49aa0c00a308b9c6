#include "trace/format/text/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "trace/format/text/csv.h"

namespace tracetwin {
namespace {

std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      text += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      text += c;
    }
  }
  return text;
}

std::size_t find_column(std::span<const std::string> folded_names, std::string_view wanted) {
  const auto hit = std::find(folded_names.begin(), folded_names.end(), folded(wanted));
  return hit == folded_names.end() ? ColumnLayout::kAbsent
                                   : static_cast<std::size_t>(hit - folded_names.begin());
}

std::size_t find_spec(std::span<const std::string> folded_names, const ColumnSpec& spec) {
  std::size_t at = find_column(folded_names, spec.name);
  for (std::size_t i = 0; i < spec.aliases.size() && at == ColumnLayout::kAbsent; ++i) {
    at = find_column(folded_names, spec.aliases[i]);
  }
  return at;
}

std::string listed(std::span<const std::string> names) {
  constexpr std::size_t kShown = 30;
  std::string text =
      fmt::format("{:.40}", fmt::join(names.first(std::min(names.size(), kShown)), ", "));
  return names.size() > kShown ? fmt::format("{} and {} more", text, names.size() - kShown) : text;
}

std::string remedy_for(const ColumnSpec& spec, std::span<const std::string> others) {
  if (const auto near = nearest(spec.name, others)) {
    return fmt::format("Is it the column {:.40}? Then rename it to {}.", *near, spec.name);
  }
  std::string known(spec.name);
  for (const auto alias : spec.aliases) {
    known += fmt::format(", {}", alias);
  }
  return fmt::format("Name the column one of: {}.", known);
}

}  // namespace

ColumnLayout lay_out(std::span<const std::string> names, std::span<const ColumnSpec> specs) {
  std::vector<std::string> folded_names;
  for (const auto& name : names) {
    folded_names.push_back(folded(name));
  }
  ColumnLayout layout;
  layout.width = names.size();
  for (const auto& spec : specs) {
    layout.where.push_back(find_spec(folded_names, spec));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::find(layout.where, i) == layout.where.end()) {
      layout.others.push_back(i);
    }
  }
  return layout;
}

void require_columns(const ColumnLayout& layout, std::span<const std::string> names,
                     std::span<const ColumnSpec> specs, const std::string& file,
                     std::string_view format) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!specs[i].required || layout.has(i)) {
      continue;
    }
    std::vector<std::string> others;
    for (const std::size_t at : layout.others) {
      others.push_back(names[at]);
    }
    throw Error(fmt::format("{} has no column {}, which {} needs; its columns are {}", file,
                            specs[i].name, format, listed(names)),
                remedy_for(specs[i], others));
  }
}

CsvHeader find_header(std::string_view head, std::span<const ColumnSpec> specs) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  CsvHeader best;
  best.mark = head.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  head.remove_prefix(best.mark);
  std::size_t most = 0;
  for (const char delimiter : {',', ';', '\t'}) {
    auto names = split_header(head, delimiter);
    auto layout = lay_out(names, specs);
    if (best.names.empty() || layout.known() > most) {
      most = layout.known();
      best = {delimiter, best.mark, std::move(names), std::move(layout)};
    }
  }
  return best;
}

CsvHeader take_header(Buffered& input, std::span<const ColumnSpec> specs, const std::string& file) {
  constexpr std::size_t kHead = 1 << 16;
  const auto bytes = input.head(kHead);
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (head.size() == kHead && head.find('\n') == std::string_view::npos) {
    throw Error(fmt::format("{}, line 1: the header line is longer than 64 KiB", file),
                "Check that the file is a table with a header line.");
  }
  auto header = find_header(head, specs);
  input.consume(header.mark);
  return header;
}

}  // namespace tracetwin
