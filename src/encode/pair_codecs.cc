// The codecs of two counters that belong together: packets and bytes of a flow, packets forward
// and backward of a conversation. Small pairs have a cell of their own; larger ones share cells of
// a product grid. Bytes are cut by bytes per packet, so that every drawn pair is a possible one.
#include <algorithm>
#include <cmath>

#include "encode/codecs.h"
#include "encode/ladder_codec.h"
#include "encode/log_grid.h"

namespace tracetwin {
namespace {

/// Larger flows share the last cells.
constexpr std::uint64_t kMostPackets = (1 << 24) - 1;
constexpr std::uint64_t kMostPacketsEachWay = (1 << 17) - 1;

/// Pairs with both counters below 2^bits_a and 2^bits_b.
Rung exact_pairs(unsigned bits_a, unsigned bits_b) {
  return {1U << (bits_a + bits_b),
          [=](Key value) {
            const std::uint64_t a = first_of(value);
            const std::uint64_t b = second_of(value);
            return a >> bits_a == 0 && b >> bits_b == 0 ? Key{a << bits_b | b} : kNoCell;
          },
          [=](std::uint32_t cell, Random&) {
            return pair_key(cell >> bits_b, cell & ((1U << bits_b) - 1));
          },
          [=](std::uint32_t cell) {
            return fmt::format("{}/{}", cell >> bits_b, cell & ((1U << bits_b) - 1));
          }};
}

/// Cells of packets x cells of bytes per packet (rounded down).
Rung size_cells(const LogGrid& packets, const LogGrid& mean) {
  const auto split = [=](std::uint32_t cell) {
    return std::pair(cell / mean.cells(), cell % mean.cells());
  };
  return {packets.cells() * mean.cells(),
          [=](Key value) {
            const std::uint64_t count = first_of(value);
            const std::uint64_t each = second_of(value) / std::max<std::uint64_t>(1, count);
            return Key{std::uint64_t{packets.cell(count)} * mean.cells() + mean.cell(each)};
          },
          [=](std::uint32_t cell, Random& random) {
            const auto [of_packets, of_mean] = split(cell);
            const std::uint64_t count =
                std::min(packets.draw(of_packets, random), packets.high(of_packets));
            const std::uint64_t lowest = mean.low(of_mean) * std::max<std::uint64_t>(1, count);
            const std::uint64_t highest =
                (mean.high(of_mean) + 1) * std::max<std::uint64_t>(1, count) - 1;
            return pair_key(count, log_uniform(lowest, highest, random));
          },
          [=](std::uint32_t cell) {
            const auto [of_packets, of_mean] = split(cell);
            return fmt::format("{}-{} packets of {}-{} bytes", packets.low(of_packets),
                               packets.high(of_packets), mean.low(of_mean), mean.high(of_mean));
          }};
}

Rung product_cells(const LogGrid& grid) {
  return {grid.cells() * grid.cells(),
          [=](Key value) {
            return Key{std::uint64_t{grid.cell(first_of(value))} * grid.cells() +
                       grid.cell(second_of(value))};
          },
          [=](std::uint32_t cell, Random& random) {
            const std::uint64_t first = grid.draw(cell / grid.cells(), random);
            return pair_key(first, grid.draw(cell % grid.cells(), random));
          },
          [=](std::uint32_t cell) {
            const std::uint32_t a = cell / grid.cells();
            const std::uint32_t b = cell % grid.cells();
            return fmt::format("{}-{}/{}-{}", grid.low(a), grid.high(a), grid.low(b), grid.high(b));
          }};
}

/// How the packets of a conversation divide: none backward, up to a quarter, up to three quarters,
/// more. From 4 packets on each of these occurs.
constexpr std::uint32_t kMixes = 4;

std::uint64_t mix_of(std::uint64_t total, std::uint64_t backward) {
  return backward == 0 ? 0 : backward * 4 <= total ? 1 : backward * 4 < total * 3 ? 2 : 3;
}

/// Octaves of packets in both directions (up to 7 share the first) x mix.
Rung mix_cells() {
  const LogGrid grid(0, kMostPacketsEachWay);
  const std::uint32_t skipped = grid.cell(4);
  return {(grid.cells() - skipped) * kMixes,
          [=](Key value) {
            const std::uint64_t total = first_of(value) + second_of(value);
            const std::uint32_t octave = std::max(grid.cell(total), skipped) - skipped;
            return Key{octave * kMixes + mix_of(total, second_of(value))};
          },
          [=](std::uint32_t cell, Random& random) {
            const std::uint64_t total = grid.draw(cell / kMixes + skipped, random);
            const std::uint64_t bounds[] = {0, 1, total / 4 + 1, (total * 3 + 3) / 4, total};
            const std::uint64_t mix = cell % kMixes;
            const std::uint64_t backward =
                bounds[mix] + random.below(bounds[mix + 1] - bounds[mix]);
            return pair_key(total - backward, backward);
          },
          [=](std::uint32_t cell) {
            const std::uint32_t octave = cell / kMixes + skipped;
            return fmt::format("{}-{} packets, mix {}", grid.low(octave), grid.high(octave),
                               cell % kMixes);
          }};
}

LadderCodec::Distance grid_distance(std::uint32_t width) {
  return [width](std::uint32_t a, std::uint32_t b) {
    const auto apart = [](std::uint32_t x, std::uint32_t y) { return x > y ? x - y : y - x; };
    const std::uint32_t steps = apart(a / width, b / width) + apart(a % width, b % width);
    return static_cast<double>(steps);
  };
}

}  // namespace

std::unique_ptr<const Codec> make_size_codec() {
  constexpr std::uint64_t kLargestMean = 65535;
  const LogGrid coarse_mean(0, kLargestMean);
  return std::make_unique<LadderCodec>(
      std::vector<Rung>{exact_pairs(6, 13),
                        size_cells(LogGrid(1, kMostPackets), LogGrid(3, kLargestMean)),
                        size_cells(LogGrid(0, kMostPackets), coarse_mean)},
      grid_distance(coarse_mean.cells()));
}

std::unique_ptr<const Codec> make_shape_codec() {
  return std::make_unique<LadderCodec>(
      std::vector<Rung>{exact_pairs(6, 6), product_cells(LogGrid(1, kMostPacketsEachWay)),
                        mix_cells()},
      grid_distance(kMixes));
}

Key pair_key(std::uint64_t first, std::uint64_t second) {
  return Key{first} << 64 | second;
}

std::uint64_t first_of(Key key) {
  return static_cast<std::uint64_t>(key >> 64);
}
std::uint64_t second_of(Key key) {
  return static_cast<std::uint64_t>(key);
}

}  // namespace tracetwin
