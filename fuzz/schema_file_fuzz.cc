#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "encode/codec.h"
#include "fuzz_support.h"

namespace tracetwin::fuzz {
namespace {

/// What is accepted can be used: a cell that a value has is one of its level, and the number that
/// the finest cell stands for has just that cell.
void use(const Field& field) {
  constexpr std::uint64_t kTried = 512;
  Random random(1);
  const auto codec = make_codec(field, {0, 1}, field.values.size());
  const std::size_t last = codec->levels() - 1;
  for (std::uint32_t cell = 0; cell < codec->last_cells(); ++cell) {
    expect(codec->has_cell(last, cell));
    expect(codec->has_cell(last, codec->cell(last, codec->draw(last, cell, random))));
  }
  if (last == 0) {
    return;
  }
  for (std::uint64_t tried = 0; tried < kTried; ++tried) {
    const Key cell = codec->random_cell(
        0, 0, [&](std::uint64_t below) { return tried < below ? tried : random.below(below); });
    expect(codec->cell(0, codec->draw(0, cell, random)) == cell);
  }
}

}  // namespace
}  // namespace tracetwin::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  try {
    const auto declared =
        parse_declarations({reinterpret_cast<const char*>(data), size}, "schema file");
    std::vector<std::string> names;
    for (const auto& column : declared.columns) {
      names.push_back(column.name);
    }
    const Schema schema = flow_schema(names, declared);
    for (std::size_t f = standard_fields(schema.kind).size(); f < schema.fields.size(); ++f) {
      fuzz::use(schema.fields[f]);
    }
  } catch (const Error&) {
  }
  return 0;
}
