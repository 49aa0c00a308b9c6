#include <map>
#include <string>

#include "evaluate/fields.h"

namespace tracetwin::evaluate {

std::string spoken(const std::string& column) {
  static const std::map<std::string, std::string> kWords = {{"key", "keys"},
                                                            {"srcip", "source addresses"},
                                                            {"dstip", "destination addresses"},
                                                            {"srcport", "source ports"},
                                                            {"dstport", "destination ports"},
                                                            {"proto", "protocols"},
                                                            {"ts", "start times"},
                                                            {"time", "packet times"},
                                                            {"td", "durations"},
                                                            {"pkt", "packets of a flow"},
                                                            {"byt", "bytes of a flow"},
                                                            {"pkt_len", "packet lengths"},
                                                            {"flow_size", "flow sizes"},
                                                            {"id", "IP identification"},
                                                            {"ttl", "TTL"},
                                                            {"tos", "type of service"},
                                                            {"flag", "fragmentation flags"},
                                                            {"off", "fragment offsets"},
                                                            {"tcpflags", "TCP flags"}};
  const auto at = kWords.find(column);
  return at == kWords.end() ? column : at->second;
}

}  // namespace tracetwin::evaluate
