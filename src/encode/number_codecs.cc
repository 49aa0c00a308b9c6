// The codecs whose values are plain whole numbers: ports, protocols, times, durations, lengths,
// single bytes, codes and declared numbers.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#include "encode/codecs.h"
#include "encode/known_ports.h"
#include "encode/ladder_codec.h"
#include "encode/log_grid.h"
#include "encode/rounded.h"
#include "trace/elapsed.h"
#include "trace/packet.h"

namespace tracetwin {
namespace {

/// Every value below `values` has a cell of its own.
Rung exact(std::uint32_t values) {
  return {values, [values](Key value) { return value < values ? value : kNoCell; },
          [](std::uint32_t cell, Random&) { return Key{cell}; },
          [](std::uint32_t cell) { return fmt::format("{}", cell); }};
}

Rung log_cells(unsigned bits, std::uint64_t largest) {
  const LogGrid grid(bits, largest);
  return {
      grid.cells(),
      [grid](Key value) {
        return Key{grid.cell(static_cast<std::uint64_t>(
            std::min(value, Key{std::numeric_limits<std::uint64_t>::max()})))};
      },
      [grid](std::uint32_t cell, Random& random) { return Key{grid.draw(cell, random)}; },
      [grid](std::uint32_t cell) { return fmt::format("{}-{}", grid.low(cell), grid.high(cell)); }};
}

/// Cells [cuts[i], cuts[i+1]), uniform inside.
Rung cut_at(const std::vector<std::uint32_t>& cuts) {
  const auto cells = static_cast<std::uint32_t>(cuts.size() - 1);
  return {
      cells,
      [cuts](Key value) {
        const auto above = std::upper_bound(cuts.begin(), cuts.end() - 1, value);
        return static_cast<Key>(above - cuts.begin() - 1);
      },
      [cuts](std::uint32_t cell, Random& random) {
        return Key{cuts[cell] + random.below(cuts[cell + 1] - cuts[cell])};
      },
      [cuts](std::uint32_t cell) { return fmt::format("{}-{}", cuts[cell], cuts[cell + 1] - 1); }};
}

std::vector<std::uint32_t> steps(std::uint32_t width, std::uint32_t end) {
  std::vector<std::uint32_t> cuts;
  for (std::uint32_t cut = 0; cut < end; cut += width) {
    cuts.push_back(cut);
  }
  cuts.push_back(end);
  return cuts;
}

/// Numbers that may come again and again, each a cell: status codes, constants, readings.
Rung rounded(std::shared_ptr<const RoundedNumbers> numbers, double low, double high) {
  return {numbers->count(),
          [=](Key value) {
            const auto index = numbers->index(std::clamp(number_of(value), low, high));
            return index ? Key{*index} : kNoCell;
          },
          [=](std::uint32_t cell, Random&) { return number_key(numbers->at(cell)); },
          [=](std::uint32_t cell) { return fmt::format("{:.6g}", numbers->at(cell)); }};
}

/// Cells of equal width on the scale of asinh, which keeps order, is linear near zero and
/// logarithmic far from it, on both sides of it.
Rung stretched(std::uint32_t cells, double low, double high, bool whole) {
  const double from = std::asinh(low);
  const double step = (std::asinh(high) - from) / cells;
  const auto cell_of = [=](double value) {
    const double offset = std::asinh(std::clamp(value, low, high)) - from;
    const double position = step > 0 ? offset / step : 0;  // bounds too near for asinh
    return static_cast<std::uint32_t>(std::clamp(position, 0.0, cells - 1.0));
  };
  const auto draw = [=](std::uint32_t cell, Random& random) {
    const double value = std::sinh(from + (cell + random.uniform()) * step);
    return std::clamp(whole ? std::floor(value) : value, low, high);
  };
  return {
      cells, [=](Key value) { return Key{cell_of(number_of(value))}; },
      [=](std::uint32_t cell, Random& random) {
        double value = draw(cell, random);
        for (int tries = 0; tries < 64 && cell_of(value) != cell; ++tries) {
          value = draw(cell, random);
        }
        return number_key(value);
      },
      [=](std::uint32_t cell) { return fmt::format("{:.6g} …", std::sinh(from + cell * step)); }};
}

constexpr std::uint32_t kNumberCells = 512;
constexpr std::uint32_t kShareCells = 128;

/// What a packet of a protocol too rare for a code of its own becomes: mostly ICMP (ICMPv6 between
/// IPv6 addresses), for most networks have little else besides TCP and UDP.
constexpr std::array<std::uint8_t, 12> kOtherProtocols = {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 47, 50};

/// A false slot at an end of the window moves the beginning or the end of the whole trace.
constexpr double kHarmOfFalseSlot = 10;

constexpr std::uint64_t kLongestDurationUs = 1ULL << 43;  // 101 days
constexpr std::uint64_t kLongestPayload = 65535;

}  // namespace

std::unique_ptr<const Codec> make_port_codec() {
  constexpr std::uint32_t kReserved = 1024;
  std::vector<std::uint32_t> cuts = steps(16, kReserved);
  for (std::uint32_t cut = kReserved + 256; cut <= 65536; cut += 256) {
    cuts.push_back(cut);
  }
  Layout layout = Layout::line();
  layout.apart = known_ports();
  return std::make_unique<LadderCodec>(std::vector<Rung>{exact(65536), cut_at(cuts)}, layout);
}

std::unique_ptr<const Codec> make_protocol_codec() {
  const Rung other{1, [](Key) { return Key{0}; },
                   [](std::uint32_t, Random& random) {
                     return Key{kOtherProtocols[random.below(kOtherProtocols.size())]};
                   },
                   [](std::uint32_t) { return std::string("other"); }};
  return std::make_unique<LadderCodec>(std::vector<Rung>{exact(256), other});
}

std::unique_ptr<const Codec> make_time_codec(const Window& window) {
  const std::int64_t begin = window.begin;
  const auto length = static_cast<double>(window.end - window.begin);
  const auto edge = [begin, length](std::uint32_t slot) {
    return begin + static_cast<std::int64_t>(std::ceil(length * slot / kTimeSlots));
  };
  const Rung slots{
      kTimeSlots,
      [begin, length, edge](Key value) {
        const auto time = static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
        const double position = static_cast<double>(elapsed(begin, time)) / length * kTimeSlots;
        auto slot = static_cast<std::uint32_t>(std::clamp(position, 0.0, kTimeSlots - 1.0));
        slot -= slot > 0 && time < edge(slot) ? 1 : 0;
        slot += slot + 1 < kTimeSlots && time >= edge(slot + 1) ? 1 : 0;
        return Key{slot};
      },
      [edge](std::uint32_t slot, Random& random) {
        return Key{static_cast<std::uint64_t>(
            random.between(edge(slot), std::max(edge(slot), edge(slot + 1) - 1)))};
      },
      [](std::uint32_t slot) { return fmt::format("slot {}", slot); }};
  Layout layout = Layout::line();
  layout.harm = [](std::uint32_t) { return kHarmOfFalseSlot; };
  return std::make_unique<LadderCodec>(std::vector<Rung>{slots}, layout);
}

std::unique_ptr<const Codec> make_duration_codec() {
  constexpr double kHarmlessUs = 6e7;
  constexpr unsigned kBits = 5;
  Layout layout = Layout::line();
  const LogGrid grid(kBits, kLongestDurationUs);
  layout.harm = [grid](std::uint32_t cell) {
    return std::max(1.0, static_cast<double>(grid.low(cell)) / kHarmlessUs);
  };
  return std::make_unique<LadderCodec>(std::vector<Rung>{log_cells(kBits, kLongestDurationUs)},
                                       layout);
}

std::unique_ptr<const Codec> make_length_codec() {
  constexpr std::uint64_t kUsualPayload = 1460;
  const LogGrid grid(2, kLongestPayload);
  Layout layout = Layout::line();
  layout.harm = [grid](std::uint32_t cell) { return grid.low(cell) > kUsualPayload ? 2.0 : 1.0; };
  return std::make_unique<LadderCodec>(
      std::vector<Rung>{exact(65536), log_cells(2, kLongestPayload)}, layout);
}

std::unique_ptr<const Codec> make_byte_codec() {
  return std::make_unique<LadderCodec>(
      std::vector<Rung>{exact(256), cut_at({0, 1, 32, 64, 65, 96, 128, 129, 192, 255, 256})});
}

std::unique_ptr<const Codec> make_code_codec(std::uint32_t cells) {
  return std::make_unique<LadderCodec>(std::vector<Rung>{exact(cells)});
}

std::unique_ptr<const Codec> make_number_codec(double low, double high, bool whole) {
  std::vector<Rung> rungs = {stretched(kNumberCells, low, high, whole)};
  if (const auto numbers = std::make_shared<const RoundedNumbers>(low, high, whole);
      !numbers->empty()) {
    rungs.insert(rungs.begin(), rounded(numbers, low, high));
  }
  return std::make_unique<LadderCodec>(std::move(rungs), Layout::line());
}

std::unique_ptr<const Codec> make_share_codec() {
  return std::make_unique<LadderCodec>(std::vector<Rung>{stretched(kShareCells, 0, 1, false)},
                                       Layout::line());
}

Key number_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits >> 63 != 0 ? ~bits : bits | 1ULL << 63;
}

double number_of(Key key) {
  const auto bits = static_cast<std::uint64_t>(key);
  return std::bit_cast<double>(bits >> 63 != 0 ? bits & ~(1ULL << 63) : ~bits);
}

}  // namespace tracetwin
