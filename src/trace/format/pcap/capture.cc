#include "trace/format/pcap/capture.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tracetwin::capture {

std::uint32_t longest_packet(std::uint32_t snap_length) {
  const bool told = snap_length != 0 && snap_length <= kLongestPacket;
  return told ? std::max(snap_length, kDefaultSnapLength) : kLongestPacket;
}

LinkType link_type_of(std::uint32_t number) {
  constexpr std::uint32_t kNumberBits =
      0x03ffffff;  // above them: length of the frame check sequence
  const std::uint32_t link = number & kNumberBits;
  return link == 12 || link == 14 ? LinkType::kRaw : static_cast<LinkType>(link);
}

void note_link(std::vector<LinkType>& types, LinkType link) {
  if (types.size() < kMostLinkTypes && std::find(types.begin(), types.end(), link) == types.end()) {
    types.push_back(link);
  }
}

void count_end(Skips& skips, const ByteSource& source, bool cut, std::uint64_t position) {
  if (!source.damage().empty()) {
    skips.add(source.damage(), position);
  } else if (cut) {
    skips.add("file ends inside a packet", position);
  }
}

void refuse_frame(std::string_view format, std::uint64_t number, const std::string& why,
                  std::string remedy) {
  throw Error(fmt::format("frame {} cannot be written as {}: {}", number, format, why),
              std::move(remedy));
}

}  // namespace tracetwin::capture
