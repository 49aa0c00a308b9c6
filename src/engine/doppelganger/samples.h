#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace tracetwin::doppelganger {

/// Flows as numbers: `lengths.size()` samples of attributes (attributes and additional ones of a
/// Layout, side by side) and of as many records as their length says, back to back. Flags are not
/// in here: they follow from the lengths.
struct Samples {
  std::size_t attribute_width = 0;
  std::size_t feature_width = 0;
  std::vector<float> attributes;       ///< [samples][attribute_width]
  std::vector<std::uint32_t> lengths;  ///< >= 1
  std::vector<float> features;         ///< [records][feature_width]
  /// Whose each sample is, rising; private training hides all samples of one together. Empty: every
  /// sample is its own.
  std::vector<std::uint32_t> units;

  std::size_t size() const { return lengths.size(); }
  std::span<const float> attributes_of(std::size_t sample) const {
    return std::span(attributes).subspan(sample * attribute_width, attribute_width);
  }
};

/// Adds sample `index` of `from`, whose first record is `record`, to others of the same widths.
void append(const Samples& from, std::size_t index, std::size_t record, Samples& to);

/// A file of little-endian numbers: "TTSAMPLE", then u64 each of samples, records, attribute_width
/// and feature_width, then lengths and units (u32), attributes and features (f32). Written
/// atomically; both throw Error naming the file.
void write_samples(const Samples& samples, const std::filesystem::path& path);
Samples read_samples(const std::filesystem::path& path);

}  // namespace tracetwin::doppelganger
