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
/// Flows of more packets have no cells but those of the last level.
constexpr std::uint64_t kFineUpTo = 1023;
/// Flows of at most so many packets may have cells of their exact number.
constexpr std::uint64_t kExactUpTo = 63;

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

/// Classes of bytes per packet, 2^bits an octave from 32 to 2047; smaller and larger means share
/// the first and the last.
class MeanGrid {
 public:
  explicit MeanGrid(unsigned bits) : grid_(bits, kMost), skipped_(grid_.cell(kLeast)) {}
  std::uint32_t cells() const { return grid_.cells() - skipped_; }
  std::uint32_t cell(std::uint64_t mean) const {
    return grid_.cell(std::clamp(mean, kLeast, kMost)) - skipped_;
  }
  std::uint64_t low(std::uint32_t cell) const { return grid_.low(cell + skipped_); }
  std::uint64_t high(std::uint32_t cell) const { return grid_.high(cell + skipped_); }

 private:
  static constexpr std::uint64_t kLeast = 32;
  static constexpr std::uint64_t kMost = 2047;
  LogGrid grid_;
  std::uint32_t skipped_;
};

/// Cells of bytes per packet (rounded down) x cells of packets, for flows of at most `most`
/// packets.
Rung size_cells(const LogGrid& packets, const MeanGrid& mean, std::uint64_t most) {
  const auto split = [=](std::uint32_t cell) {
    return std::pair(cell % packets.cells(), cell / packets.cells());
  };
  return {packets.cells() * mean.cells(),
          [=](Key value) {
            const std::uint64_t count = first_of(value);
            const std::uint64_t each = second_of(value) / std::max<std::uint64_t>(1, count);
            const std::uint64_t row = mean.cell(each);
            return count <= most ? Key{row * packets.cells() + packets.cell(count)} : kNoCell;
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

/// For conversations of at most `most` packets each way.
Rung product_cells(const LogGrid& grid, std::uint64_t most) {
  return {grid.cells() * grid.cells(),
          [=](Key value) {
            const std::uint64_t row = grid.cell(first_of(value));
            const bool small = first_of(value) <= most && second_of(value) <= most;
            return small ? Key{row * grid.cells() + grid.cell(second_of(value))} : kNoCell;
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

constexpr LogGrid kOctaves(0, kMostPacketsEachWay);
const std::uint32_t kFirstOctave = kOctaves.cell(4);
const std::uint32_t kMixOctaves = kOctaves.cells() - kFirstOctave;

/// Mix x octaves of packets in both directions (up to 7 share the first).
Rung mix_cells() {
  const LogGrid grid = kOctaves;
  const std::uint32_t skipped = kFirstOctave;
  return {kMixOctaves * kMixes,
          [=](Key value) {
            const std::uint64_t total = first_of(value) + second_of(value);
            const std::uint32_t octave = std::max(grid.cell(total), skipped) - skipped;
            return Key{mix_of(total, second_of(value)) * kMixOctaves + octave};
          },
          [=](std::uint32_t cell, Random& random) {
            const std::uint64_t total = grid.draw(cell % kMixOctaves + skipped, random);
            const std::uint64_t bounds[] = {0, 1, total / 4 + 1, (total * 3 + 3) / 4, total};
            const std::uint64_t mix = cell / kMixOctaves;
            const std::uint64_t backward =
                bounds[mix] + random.below(bounds[mix + 1] - bounds[mix]);
            return pair_key(total - backward, backward);
          },
          [=](std::uint32_t cell) {
            const std::uint32_t octave = cell % kMixOctaves + skipped;
            return fmt::format("{}-{} packets, mix {}", grid.low(octave), grid.high(octave),
                               cell / kMixOctaves);
          }};
}

/// Rows of `octaves` cells each, the first of `first` packets on: the neighbours of a cell are
/// those of its row. An octave more of packets is two fifths as likely, as with the heavy tails
/// that flow sizes have (Pareto, 1.3), and a false code there does twice the harm.
Layout octaves_in_rows(std::uint32_t octaves, double first) {
  constexpr double kDecay = 0.4;
  constexpr double kHarmless = 16;
  Layout layout;
  layout.distance = [octaves](std::uint32_t a, std::uint32_t b) {
    const auto gap = [](std::uint32_t x, std::uint32_t y) { return x > y ? x - y : y - x; };
    return gap(a / octaves, b / octaves) + gap(a % octaves, b % octaves);
  };
  layout.joins = [octaves](std::uint32_t a) { return a % octaves + 1 < octaves; };
  layout.weight = [octaves](std::uint32_t cell) { return std::pow(kDecay, cell % octaves); };
  layout.harm = [octaves, first](std::uint32_t cell) {
    return std::max(1.0, first * std::exp2(cell % octaves) / kHarmless);
  };
  return layout;
}

}  // namespace

std::unique_ptr<const Codec> make_size_codec() {
  const LogGrid octaves(0, kMostPackets);
  return std::make_unique<LadderCodec>(
      std::vector<Rung>{exact_pairs(6, 13),
                        size_cells(LogGrid(6, kExactUpTo), MeanGrid(2), kExactUpTo),
                        size_cells(LogGrid(1, kFineUpTo), MeanGrid(1), kFineUpTo),
                        size_cells(octaves, MeanGrid(0), ~std::uint64_t{0})},
      octaves_in_rows(octaves.cells(), 0.5));
}

std::unique_ptr<const Codec> make_shape_codec() {
  return std::make_unique<LadderCodec>(
      std::vector<Rung>{exact_pairs(6, 6), product_cells(LogGrid(1, kFineUpTo), kFineUpTo),
                        mix_cells()},
      octaves_in_rows(kMixOctaves, 4));
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
