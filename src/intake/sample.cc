#include "intake/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "trace/format/text/number.h"

namespace tracetwin {
namespace {

std::uint64_t hash_of(std::uint64_t seed, std::initializer_list<std::uint64_t> parts) {
  std::uint64_t hash = mix(seed, parts.size());
  for (const std::uint64_t part : parts) {
    hash = mix(hash, part);
  }
  return hash;
}

/// The same for both directions.
std::uint64_t flow_hash(std::uint64_t seed, const FiveTuple& tuple, bool ports) {
  const FiveTuple one = ports ? tuple : FiveTuple{tuple.src, tuple.dst, 0, 0, tuple.proto};
  const FiveTuple key = std::min(one, one.reversed());
  return hash_of(seed, {key.src.high, key.src.low, key.dst.high, key.dst.low, key.srcport,
                        key.dstport, key.proto});
}

std::uint64_t record_hash(std::uint64_t seed, const FlowRecord& record) {
  const FiveTuple& tuple = record.tuple;
  return hash_of(seed,
                 {tuple.src.high, tuple.src.low, tuple.dst.high, tuple.dst.low, tuple.srcport,
                  tuple.dstport, tuple.proto, static_cast<std::uint64_t>(record.start_ns),
                  static_cast<std::uint64_t>(record.duration_ns), record.packets, record.bytes});
}

std::uint64_t record_hash(std::uint64_t seed, const Packet& packet) {
  const FiveTuple& tuple = packet.tuple;
  return hash_of(seed, {tuple.src.high, tuple.src.low, tuple.dst.high, tuple.dst.low, tuple.srcport,
                        tuple.dstport, tuple.proto, static_cast<std::uint64_t>(packet.time_ns),
                        packet.wire_length, packet.ip_length, packet.ip_id, packet.fragment_offset,
                        packet.tcp_seq, packet.tcp_ack, packet.tcp_flags});
}

std::uint64_t with_text(std::uint64_t hash, std::string_view text) {
  hash = mix(hash, text.size());
  for (const char letter : text) {
    hash = mix(hash, static_cast<unsigned char>(letter));
  }
  return hash;
}

bool is_below(std::uint64_t hash, const Sample& sample) {
  __extension__ using Wide = unsigned __int128;
  return (Wide{hash} * sample.of < (Wide{sample.keep} << 64)) != sample.rest;
}

[[noreturn]] void refuse(std::string_view text) {
  throw Error(fmt::format("the sample \"{}\" is no share above 0 and at most 1", text),
              "Give one such as 1/10 or 0.1.");
}

}  // namespace

Sample parse_sample(std::string_view text) {
  constexpr int kBillionths = 9;
  const std::size_t slash = text.find('/');
  Sample sample;
  if (slash == std::string_view::npos) {
    const auto share = parse_scaled(text, kBillionths);
    if (!share || *share <= 0) {
      refuse(text);
    }
    sample.keep = static_cast<std::uint64_t>(*share);
    sample.of = 1'000'000'000;
  } else {
    sample.keep = parse_whole(text.substr(0, slash)).value_or(0);
    sample.of = parse_whole(text.substr(slash + 1)).value_or(0);
  }
  if (sample.keep == 0 || sample.keep > sample.of) {
    refuse(text);
  }
  return sample;
}

bool is_in(const Sample& sample, const Packet& packet) {
  const bool ports =
      has_ports(packet.tuple.proto) && packet.fragment_offset == 0 && (packet.ip_flags & 1) == 0;
  return is_below(sample.unit == Sample::Unit::kFlow ? flow_hash(sample.seed, packet.tuple, ports)
                                                     : record_hash(sample.seed, packet),
                  sample);
}

bool is_in(const Sample& sample, const FlowRecord& record,
           std::span<const std::string_view> texts) {
  const std::uint64_t hash =
      sample.unit == Sample::Unit::kFlow
          ? flow_hash(sample.seed, record.tuple, has_ports(record.tuple.proto))
          : record_hash(sample.seed, record);
  return is_below(std::accumulate(texts.begin(), texts.end(), hash, with_text), sample);
}

}  // namespace tracetwin
