#include "trace/icmp.h"

#include <array>

#include "trace/packet.h"

namespace tracetwin {
namespace {

struct Row {
  std::uint8_t protocol;
  IcmpPair pair;
};

constexpr std::array<Row, 10> kPairs = {{
    {kIcmp, {8, 0}},        // echo
    {kIcmp, {13, 14}},      // time stamp
    {kIcmp, {15, 16}},      // information
    {kIcmp, {17, 18}},      // address mask
    {kIcmp, {10, 9}},       // router solicitation and advertisement
    {kIcmpV6, {128, 129}},  // echo
    {kIcmpV6, {133, 134}},  // router solicitation and advertisement
    {kIcmpV6, {135, 136}},  // neighbour solicitation and advertisement
    {kIcmpV6, {139, 140}},  // node information
    {kIcmpV6, {144, 145}},  // home agent address discovery
}};

}  // namespace

std::optional<IcmpPair> icmp_pair(std::uint8_t protocol, std::uint16_t type) {
  for (const Row& row : kPairs) {
    if (row.protocol == protocol && (row.pair.request == type || row.pair.reply == type)) {
      return row.pair;
    }
  }
  return std::nullopt;
}

std::uint16_t icmp_counterpart(std::uint8_t protocol, std::uint16_t type) {
  const auto pair = icmp_pair(protocol, type);
  if (!pair) {
    return type;
  }
  return pair->request == type ? pair->reply : pair->request;
}

}  // namespace tracetwin
