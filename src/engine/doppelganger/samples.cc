#include "engine/doppelganger/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <string_view>

#include "base/atomic_file.h"
#include "base/error.h"
#include "engine/array_file.h"

namespace tracetwin::doppelganger {
namespace {

constexpr std::string_view kMagic = "TTSAMPLE";
using Header = std::array<std::uint64_t, 4>;  // samples, records, attribute width, feature width

[[noreturn]] void damaged(const std::filesystem::path& path, std::string_view what) {
  throw Error(fmt::format("{}: {}", path.string(), what), "Encode the flows again.");
}

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

/// Bytes of a file that such a header promises; 0 when they cannot be counted in 64 bits.
std::uint64_t size_of(const Header& header) {
  __extension__ using Wide = unsigned __int128;
  const Wide numbers =
      2 * Wide{header[0]} + Wide{header[0]} * header[2] + Wide{header[1]} * header[3];
  const Wide bytes = kMagic.size() + sizeof(Header) + numbers * sizeof(float);
  return bytes >> 62 == 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

Header read_header(std::ifstream& file, const std::filesystem::path& path) {
  const auto header = engine::read_header<std::tuple_size_v<Header>>(file, kMagic);
  if (!header) {
    damaged(path, "this is no file of samples");
  }
  if (std::filesystem::file_size(path) != size_of(*header)) {
    damaged(path, "the file of samples is not as long as its head says");
  }
  return *header;
}

void check_lengths(const Samples& samples, std::uint64_t records,
                   const std::filesystem::path& path) {
  std::uint64_t sum = 0;
  for (const std::uint32_t length : samples.lengths) {
    if (length == 0) {
      damaged(path, "a sample has no records");
    }
    sum += length;
  }
  if (sum != records) {
    damaged(path, "the lengths do not add up to the number of records");
  }
}

void check_units(const std::vector<std::uint32_t>& units, const std::filesystem::path& path) {
  if (!std::ranges::is_sorted(units)) {
    damaged(path, "the samples are not in order of their units");
  }
}

std::vector<std::uint32_t> units_of(const Samples& samples) {
  std::vector<std::uint32_t> units = samples.units;
  if (units.empty()) {
    units.resize(samples.size());
    std::iota(units.begin(), units.end(), std::uint32_t{0});
  }
  return units;
}

}  // namespace

void append(const Samples& from, std::size_t index, std::size_t record, Samples& to) {
  const auto features =
      std::span(from.features)
          .subspan(record * from.feature_width, from.lengths[index] * from.feature_width);
  const auto attributes = from.attributes_of(index);
  to.attribute_width = from.attribute_width;
  to.feature_width = from.feature_width;
  to.lengths.push_back(from.lengths[index]);
  to.attributes.insert(to.attributes.end(), attributes.begin(), attributes.end());
  to.features.insert(to.features.end(), features.begin(), features.end());
}

void write_samples(const Samples& samples, const std::filesystem::path& path) {
  const std::uint64_t records =
      std::accumulate(samples.lengths.begin(), samples.lengths.end(), std::uint64_t{0});
  const Header header{samples.size(), records, samples.attribute_width, samples.feature_width};
  const auto file = open_output(path, true);
  file->write(kMagic);
  file->write(std::as_bytes(std::span(header)));
  file->write(bytes_of(samples.lengths));
  file->write(bytes_of(units_of(samples)));
  file->write(bytes_of(samples.attributes));
  file->write(bytes_of(samples.features));
  file->commit();
}

Samples read_samples(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw system_error("read", path.string());
  }
  const auto [size, records, attribute_width, feature_width] = read_header(file, path);
  Samples samples;
  samples.attribute_width = attribute_width;
  samples.feature_width = feature_width;
  samples.lengths = engine::read_array<std::uint32_t>(file, size);
  samples.units = engine::read_array<std::uint32_t>(file, size);
  samples.attributes = engine::read_array<float>(file, size * attribute_width);
  samples.features = engine::read_array<float>(file, records * feature_width);
  if (!file) {
    throw system_error("read", path.string());
  }
  check_lengths(samples, records, path);
  check_units(samples.units, path);
  return samples;
}

}  // namespace tracetwin::doppelganger
