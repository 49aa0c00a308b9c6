#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "fuzz_support.h"
#include "where/values.h"
#include "where/where.h"

namespace tracetwin::fuzz {
namespace {

Field field_of(const char* name, FieldKind kind) {
  Field field;
  field.name = name;
  field.kind = kind;
  return field;
}

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = [] {
    std::vector<Field> all;
    for (const TraceKind kind : {TraceKind::kFlows, TraceKind::kPackets}) {
      const auto standard = standard_fields(kind);
      all.insert(all.end(), standard.begin(), standard.end());
    }
    all.push_back(field_of("label", FieldKind::kCategory));
    all.push_back(field_of("score", FieldKind::kNumber));
    all.push_back(field_of("orig_pkts", FieldKind::kShare));
    return all;
  }();
  return kFields;
}

/// The keys that a condition means are in order and apart, and those that it excludes are the rest.
void use(const Where& where, const Field& field) {
  static const std::vector<std::string> kTexts = {"benign", "scan", "other"};
  const KeySet keys = keys_of(where, field, kTexts);
  Random random(1);
  for (std::size_t i = 1; i < keys.intervals().size(); ++i) {
    expect(keys.intervals()[i - 1].last + 1 < keys.intervals()[i].first);
  }
  if (!keys.empty()) {
    const Key drawn = keys.draw(random);
    expect(keys.contains(drawn) && !keys.complement().contains(drawn));
  }
}

}  // namespace
}  // namespace tracetwin::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tracetwin;
  try {
    const Where where = parse_where({reinterpret_cast<const char*>(data), size});
    fuzz::expect(parse_where(where.text).values.size() == where.values.size());
    for (const Field& field : fuzz::fields()) {
      try {
        fuzz::use(where, field);
      } catch (const Error&) {
      }
    }
  } catch (const Error&) {
  }
  return 0;
}
