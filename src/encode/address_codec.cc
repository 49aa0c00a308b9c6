// IPv4: /32, /24, /16, then the 16 blocks of the first four bits.
// IPv6: /128, /64, /48, then five public regions of the address space.
// A cell is the address with its host bits cleared; on the last level a number.
#include <fmt/format.h>

#include <array>

#include "encode/codecs.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kV4Blocks = 16;

struct Region {
  std::uint64_t high;  ///< first 64 bits
  unsigned bits;       ///< length of the prefix
};
/// Global unicast, unique local, link local, multicast, and everything else (loopback, …).
constexpr std::array<Region, 5> kRegions = {{{0x2000000000000000, 3},
                                             {0xfc00000000000000, 7},
                                             {0xfe80000000000000, 10},
                                             {0xff00000000000000, 8},
                                             {0, 0}}};

constexpr std::array<unsigned, 3> kV4Prefix = {32, 24, 16};
constexpr std::array<unsigned, 3> kV6Prefix = {128, 64, 48};

Key mask_of(unsigned host_bits) {
  return host_bits >= 128 ? Key{0} : ~((Key{1} << host_bits) - 1);
}

bool in_region(const IpAddress& address, const Region& region) {
  return region.bits == 0 || (address.high ^ region.high) >> (64 - region.bits) == 0;
}

class AddressCodec final : public Codec {
 public:
  std::size_t levels() const override { return 4; }
  std::size_t strata() const override { return 2; }
  std::size_t stratum(Key value) const override { return address_of(value).is_v4() ? 0 : 1; }
  std::uint32_t last_cells() const override { return kV4Blocks + kRegions.size(); }

  double log2_cells(std::size_t level, std::size_t stratum) const override {
    return stratum == 0 ? kV4Prefix[level] : kV6Prefix[level];
  }

  Key cell(std::size_t level, Key value) const override {
    const IpAddress address = address_of(value);
    if (level == 3) {
      return last_cell(address);
    }
    return value & mask_of(address.is_v4() ? 32 - kV4Prefix[level] : 128 - kV6Prefix[level]);
  }

  bool has_cell(std::size_t level, Key cell) const override {
    return level == 3 ? cell < last_cells() : this->cell(level, cell) == cell;
  }

  Key draw(std::size_t level, Key cell, Random& random) const override {
    if (level == 3) {
      return draw_last(static_cast<std::uint32_t>(cell), random);
    }
    const unsigned host_bits =
        address_of(cell).is_v4() ? 32 - kV4Prefix[level] : 128 - kV6Prefix[level];
    const Key noise = Key{random.bits()} << 64 | random.bits();
    return cell | (noise & ~mask_of(host_bits));
  }

  Key random_cell(std::size_t level, std::size_t stratum,
                  const std::function<std::uint64_t(std::uint64_t)>& below) const override {
    if (stratum == 0) {
      const auto address = static_cast<std::uint32_t>(below(1ULL << kV4Prefix[level]));
      return key_of(IpAddress::v4(address << (32 - kV4Prefix[level])));
    }
    const Key high = Key{below(1ULL << 32)} << 32 | below(1ULL << 32);
    const Key low = Key{below(1ULL << 32)} << 32 | below(1ULL << 32);
    return (high << 64 | low) & mask_of(128 - kV6Prefix[level]);
  }

  /// 128.0.0.0/4: ordinary unicast addresses.
  Key quiet_cell() const override { return 8; }

  double distance(Key a, Key b) const override {
    const bool same_family = (a < kV4Blocks) == (b < kV4Blocks);
    return (same_family ? 0 : 1000) + Codec::distance(a, b);
  }

  /// Blocks of IPv4 lie beside each other, the regions of IPv6 do not.
  bool in_line() const override { return true; }
  bool joins(Key a) const override { return a + 1 < kV4Blocks; }

  std::string describe(std::size_t level, Key cell) const override {
    if (level == 3) {
      return cell < kV4Blocks ? fmt::format("{}.0.0.0/4", static_cast<unsigned>(cell) * 16)
                              : fmt::format("IPv6 region {}", static_cast<unsigned>(cell) - 16);
    }
    const IpAddress address = address_of(cell);
    return fmt::format("{}/{}", to_string(address),
                       address.is_v4() ? kV4Prefix[level] : kV6Prefix[level]);
  }

 private:
  static Key last_cell(const IpAddress& address) {
    if (address.is_v4()) {
      return address.v4_bits() >> 28;
    }
    std::uint32_t region = 0;
    while (!in_region(address, kRegions[region])) {
      ++region;
    }
    return kV4Blocks + region;
  }

  static Key draw_last(std::uint32_t cell, Random& random) {
    if (cell < kV4Blocks) {
      return key_of(IpAddress::v4(cell << 28 | static_cast<std::uint32_t>(random.below(1U << 28))));
    }
    const Region& region = kRegions[cell - kV4Blocks];
    while (true) {
      const std::uint64_t mask = region.bits == 0 ? 0 : ~0ULL << (64 - region.bits);
      const IpAddress address{(random.bits() & ~mask) | region.high, random.bits()};
      if (last_cell(address) == cell) {
        return key_of(address);
      }
    }
  }
};

}  // namespace

std::unique_ptr<const Codec> make_address_codec() {
  return std::make_unique<AddressCodec>();
}

Key key_of(const IpAddress& address) {
  return Key{address.high} << 64 | address.low;
}

IpAddress address_of(Key key) {
  return {static_cast<std::uint64_t>(key >> 64), static_cast<std::uint64_t>(key)};
}

}  // namespace tracetwin
