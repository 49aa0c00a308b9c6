#include "trace/source_info.h"

#include <algorithm>
#include <vector>

namespace tracetwin {
namespace {

template <class Value>
void add_missing(std::vector<Value>& all, const std::vector<Value>& more) {
  for (const Value& value : more) {
    if (std::ranges::find(all, value) == all.end()) {
      all.push_back(value);
    }
  }
}

}  // namespace

void unite(SourceInfo& all, const SourceInfo& file) {
  if (all.header_links.empty()) {
    all.snap_length = file.snap_length;
  } else if (!file.header_links.empty()) {
    const bool unlimited = all.snap_length == 0 || file.snap_length == 0;
    all.snap_length = unlimited ? 0 : std::max(all.snap_length, file.snap_length);
  }
  add_missing(all.link_types, file.link_types);
  add_missing(all.header_links, file.header_links);
  all.nanoseconds = all.nanoseconds || file.nanoseconds;
  all.columns_in_header = all.columns_in_header && file.columns_in_header;
}

}  // namespace tracetwin
