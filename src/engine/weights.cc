#include "engine/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/read_file.h"
#include "work/record.h"

namespace tracetwin::engine {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie");

constexpr std::string_view kMagic = "TTWEIGHT";
constexpr std::size_t kHead = kMagic.size() + sizeof(std::uint64_t);
constexpr std::uint64_t kMostValues = std::uint64_t{1} << 40;

const Tensor* find(const std::vector<Tensor>& tensors, std::string_view name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const Tensor& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

[[noreturn]] void damaged(const std::string& name, std::string_view what) {
  throw Error(fmt::format("{}: {}", name, what), "Train the model again.");
}

std::string head_of(const Weights& weights) {
  auto list = nlohmann::json::array();
  for (const Tensor& tensor : weights.tensors()) {
    list.push_back({{"name", tensor.name}, {"shape", tensor.shape}});
  }
  return nlohmann::json{{"tensors", std::move(list)}}.dump();
}

/// Values of a tensor of such a shape; empty when it is not a list of sensible whole numbers.
std::optional<std::uint64_t> count_of(const nlohmann::json& shape) {
  if (!shape.is_array()) {
    return std::nullopt;
  }
  std::uint64_t count = 1;
  for (const auto& side : shape) {
    if (!side.is_number_unsigned() || side.get<std::uint64_t>() > kMostValues) {
      return std::nullopt;
    }
    count *= side.get<std::uint64_t>();
    if (count > kMostValues) {
      return std::nullopt;
    }
  }
  return count;
}

/// Takes the tensor's values from the front of `values`.
Tensor take_tensor(const nlohmann::json& entry, std::string_view& values, const std::string& name) {
  const bool named = entry.is_object() && entry.contains("name") && entry["name"].is_string() &&
                     entry.contains("shape");
  const auto count = named ? count_of(entry["shape"]) : std::nullopt;
  if (!count) {
    damaged(name, "the list of weights has an entry without a name or a proper shape");
  }
  const std::size_t bytes = *count * sizeof(float);
  if (bytes > values.size()) {
    damaged(name, "the weights end too early");
  }
  Tensor tensor{entry["name"].get<std::string>(), entry["shape"].get<std::vector<std::uint64_t>>(),
                std::vector<float>(*count)};
  std::copy_n(values.data(), bytes, reinterpret_cast<char*>(tensor.values.data()));
  values.remove_prefix(bytes);
  return tensor;
}

}  // namespace

bool Weights::has(std::string_view name) const {
  return find(tensors_, name) != nullptr;
}

const Tensor& Weights::operator[](std::string_view name) const {
  if (const Tensor* tensor = find(tensors_, name)) {
    return *tensor;
  }
  throw Error(fmt::format("the model has no weights called \"{}\"", name),
              "Train the model again with this version.");
}

Tensor& Weights::at(std::string_view name) {
  return const_cast<Tensor&>(std::as_const(*this)[name]);
}

std::string bytes_of(const Weights& weights) {
  const std::string head = head_of(weights);
  const std::uint64_t size = head.size();
  std::string bytes(kMagic);
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  bytes += head;
  for (const Tensor& tensor : weights.tensors()) {
    const auto values = std::as_bytes(std::span(tensor.values));
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size());
  }
  return bytes;
}

Weights parse_weights(std::string_view bytes, const std::string& name) {
  if (bytes.size() < kHead || !bytes.starts_with(kMagic)) {
    damaged(name, "these are no weights of a network");
  }
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data() + kMagic.size(), sizeof size);
  bytes.remove_prefix(kHead);
  if (size > bytes.size()) {
    damaged(name, "the list of weights ends too early");
  }
  const auto head = nlohmann::json::parse(bytes.substr(0, size), nullptr, false);
  bytes.remove_prefix(size);
  if (!head.is_object() || !head.contains("tensors") || !head["tensors"].is_array()) {
    damaged(name, "the list of weights is missing");
  }
  Weights weights;
  for (const auto& entry : head["tensors"]) {
    weights.add(take_tensor(entry, bytes, name));
  }
  if (!bytes.empty()) {
    damaged(name, "there are bytes behind the last weights");
  }
  return weights;
}

void write_weights(const Weights& weights, const std::filesystem::path& path) {
  std::string bytes = bytes_of(weights);
  const std::uint32_t sum = work::checksum(bytes);
  bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  const auto file = open_output(path, true);
  file->write(bytes);
  file->commit();
}

Weights read_weights(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  std::uint32_t sum = 0;
  if (bytes.size() < sizeof sum) {
    damaged(path.string(), "the weights end too early");
  }
  const std::size_t size = bytes.size() - sizeof sum;
  std::memcpy(&sum, bytes.data() + size, sizeof sum);
  if (sum != work::checksum(std::string_view(bytes).substr(0, size))) {
    damaged(path.string(), "the weights are damaged, their checksum is not that of what they are");
  }
  return parse_weights(std::string_view(bytes).substr(0, size), path.string());
}

}  // namespace tracetwin::engine
