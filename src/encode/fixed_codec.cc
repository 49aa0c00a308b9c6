#include "encode/codecs.h"

namespace tracetwin {
namespace {

class FixedCodec final : public Codec {
 public:
  explicit FixedCodec(Key value) : value_(value) {}

  std::size_t levels() const override { return 1; }
  double log2_cells(std::size_t /*level*/, std::size_t /*stratum*/) const override { return 0; }
  std::uint32_t last_cells() const override { return 1; }
  Key cell(std::size_t /*level*/, Key /*value*/) const override { return 0; }
  bool has_cell(std::size_t level, Key cell) const override { return level == 0 && cell == 0; }
  Key draw(std::size_t /*level*/, Key /*cell*/, Random& /*random*/) const override {
    return value_;
  }
  Key random_cell(std::size_t /*level*/, std::size_t /*stratum*/,
                  const std::function<std::uint64_t(std::uint64_t)>& /*below*/) const override {
    return 0;
  }
  std::string describe(std::size_t /*level*/, Key /*cell*/) const override {
    return "the same in all records";
  }

 private:
  Key value_;
};

}  // namespace

std::unique_ptr<const Codec> make_fixed_codec(Key value) {
  return std::make_unique<FixedCodec>(value);
}

}  // namespace tracetwin
