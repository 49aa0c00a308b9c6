#include "dp/budget.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"

namespace tracetwin::dp {

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::kFlow:
      return "flow";
    case Unit::kHost:
      return "host";
    default:
      return "record";
  }
}

Unit unit_named(std::string_view name) {
  for (const Unit unit : {Unit::kRecord, Unit::kFlow, Unit::kHost}) {
    if (name == unit_name(unit)) {
      return unit;
    }
  }
  throw Error(fmt::format("unknown privacy unit '{}'", name), "Use 'record', 'flow' or 'host'.");
}

void check(const Budget& budget) {
  if (!std::isfinite(budget.epsilon) || budget.epsilon <= 0) {
    throw Error(fmt::format("epsilon is {}, expected a number above 0", budget.epsilon),
                "Typical values lie between 0.1 and 10.");
  }
  if (!(budget.delta > 0 && budget.delta < 1)) {
    throw Error(fmt::format("delta is {}, expected a number above 0 and below 1", budget.delta),
                "Use a value well below one over the number of records, such as 1e-9.");
  }
}

}  // namespace tracetwin::dp
