#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::engine {

/// A named array of float32, row by row.
struct Tensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

/// What a network has learned, without the network. Tensors are in the order in which the network
/// names them.
class Weights {
 public:
  void add(Tensor tensor) { tensors_.push_back(std::move(tensor)); }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  bool has(std::string_view name) const;
  /// Throws Error naming `name` when there is none.
  const Tensor& operator[](std::string_view name) const;
  Tensor& at(std::string_view name);

 private:
  std::vector<Tensor> tensors_;
};

/// "TTWEIGHT", u64 length of a JSON text {"tensors": [{"name": …, "shape": […]}, …]}, the text,
/// then all values as little-endian float32, back to back. parse_weights() throws Error, which
/// calls the bytes `name`, when they are anything else.
std::string bytes_of(const Weights& weights);
Weights parse_weights(std::string_view bytes, const std::string& name);

/// The same as files, with a CRC-32 behind, written atomically. Throws Error when it is not theirs.
void write_weights(const Weights& weights, const std::filesystem::path& path);
Weights read_weights(const std::filesystem::path& path);

}  // namespace tracetwin::engine
