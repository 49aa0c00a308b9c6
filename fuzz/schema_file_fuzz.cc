#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "encode/codec.h"
#include "fuzz_support.h"

namespace tracetwin::fuzz {
namespace {

/// What is accepted can be used: every cell of a number gives values that fall into it again,
/// unless its bounds leave no room for that.
void use(const Field& field) {
  Random random(1);
  const auto codec = make_codec(field, {0, 1}, field.values.size());
  for (std::uint32_t cell = 0; cell < codec->last_cells(); ++cell) {
    expect(codec->has_cell(0, cell));
    expect(codec->has_cell(0, codec->cell(0, codec->draw(0, cell, random))));
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
