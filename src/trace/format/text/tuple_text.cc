#include "trace/format/text/tuple_text.h"

#include "trace/format/text/number.h"

namespace tracetwin {

void append_address(std::string& text, const IpAddress& address) {
  if (!address.is_v4()) {
    text += to_string(address);
    return;
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    append_whole(text, address.v4_bits() >> shift & 0xff);
    text.append(shift > 0 ? 1 : 0, '.');
  }
}

void append_tuple(std::string& text, const FiveTuple& tuple, char delimiter) {
  append_address(text, tuple.src);
  text += delimiter;
  append_address(text, tuple.dst);
  text += delimiter;
  append_whole(text, tuple.srcport);
  text += delimiter;
  append_whole(text, tuple.dstport);
  text += delimiter;
  text += protocol_name(tuple.proto);
}

}  // namespace tracetwin
