#include "small_trace.h"

#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace tracetwin::evaluate {
namespace {

IpAddress address(std::uint8_t last) {
  constexpr std::array<std::uint32_t, 5> kOdd = {0xe0000001, 0xffffffff, 0, 0x7f000001, 0xf0000001};
  if (last >= kMulticast && last <= kReserved) {
    return IpAddress::v4(kOdd[last - kMulticast]);
  }
  return IpAddress::v4(0x0a000000U | last);
}

template <class Row>
void add_shared(const std::vector<Row>& rows, Columns& columns) {
  std::vector<IpAddress> addresses;
  for (int last = 0; last < 256; ++last) {
    addresses.push_back(address(static_cast<std::uint8_t>(last)));
  }
  columns.addresses = std::make_shared<const std::vector<IpAddress>>(std::move(addresses));
  for (const Row& row : rows) {
    columns.src.push_back(row.src);
    columns.dst.push_back(row.dst);
    columns.proto.push_back(row.proto);
    columns.time_ns.push_back(std::llround(row.time * 1e9));
  }
}

Columns columns_of(const std::vector<SmallFlow>& rows) {
  Columns columns;
  columns.kind = TraceKind::kFlows;
  add_shared(rows, columns);
  columns.numbers = {{"td"}, {"pkt"}, {"byt"}};
  columns.categories = {{"type"}};
  for (const SmallFlow& row : rows) {
    columns.srcport.push_back(row.srcport);
    columns.dstport.push_back(row.dstport);
    columns.numbers[0].values.push_back(row.td);
    columns.numbers[1].values.push_back(row.pkt);
    columns.numbers[2].values.push_back(row.byt);
    auto& type = columns.categories[0];
    type.codes.push_back(static_cast<std::uint32_t>(type.texts.size()));
    type.texts.push_back(row.type);
  }
  return columns;
}

Columns columns_of(const std::vector<SmallPacket>& rows) {
  Columns columns;
  columns.kind = TraceKind::kPackets;
  add_shared(rows, columns);
  columns.numbers = {{"pkt_len"}, {"id"}, {"ttl"}};
  columns.categories = {{"tos"}, {"flag"}, {"off"}, {"tcpflags"}};
  for (auto& category : columns.categories) {
    category.texts = {"0", "1", "2", "3", "4", "5", "6", "7"};
  }
  for (const SmallPacket& row : rows) {
    columns.srcport.push_back(1000);
    columns.dstport.push_back(80);
    columns.numbers[0].values.push_back(row.length);
    columns.numbers[1].values.push_back(0);
    columns.numbers[2].values.push_back(row.ttl);
    const std::array<std::uint32_t, 4> codes = {0, row.flag, row.off, 0};
    for (std::size_t i = 0; i < codes.size(); ++i) {
      columns.categories[i].codes.push_back(codes[i]);
    }
  }
  return columns;
}

SmallPair aligned(Columns real, Columns synthetic) {
  const std::array<Columns*, 2> both = {&real, &synthetic};
  align(both);
  return {sample_of(std::move(real)), sample_of(std::move(synthetic))};
}

}  // namespace

SmallPair small_pair(const std::vector<SmallFlow>& real, const std::vector<SmallFlow>& synthetic) {
  return aligned(columns_of(real), columns_of(synthetic));
}

SmallPair small_pair(const std::vector<SmallPacket>& real,
                     const std::vector<SmallPacket>& synthetic) {
  return aligned(columns_of(real), columns_of(synthetic));
}

const Metric& metric_of(const std::vector<Group>& groups, const std::string& id) {
  for (const Group& group : groups) {
    for (const Metric& metric : group.metrics) {
      if (metric.id == id) {
        return metric;
      }
    }
  }
  throw std::runtime_error("there is no metric " + id);
}

double value_of(const std::vector<Group>& groups, const std::string& id) {
  return metric_of(groups, id).value.value_or(std::nan(""));
}

}  // namespace tracetwin::evaluate
