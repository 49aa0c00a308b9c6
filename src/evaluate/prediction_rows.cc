#include "evaluate/prediction_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "evaluate/distances.h"
#include "evaluate/sampling.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kMostRows = 20'000;

Rows rows_at(const Columns& columns, const Plan& plan, std::span<const std::uint32_t> rows) {
  const CategoryColumn& labels = *columns.category(plan.label);
  std::vector<const CategoryColumn*> more;
  for (const CategoryColumn& category : columns.categories) {
    if (columns.events && category.name != plan.label) {
      more.push_back(&category);
    }
  }
  if (columns.kind == TraceKind::kPackets) {
    for (const char* name : {"tos", "off"}) {
      if (name != plan.label) {  // or the answer would stand among the questions
        more.push_back(columns.category(name));
      }
    }
  }
  Rows found;
  found.features.columns = 3 + columns.numbers.size() + more.size();
  for (const std::uint32_t row : rows) {
    auto& values = found.features.values;
    values.push_back(columns.srcport[row]);
    values.push_back(columns.dstport[row]);
    values.push_back(columns.proto[row]);
    for (const NumberColumn& number : columns.numbers) {
      values.push_back(static_cast<float>(number.values[row]));
    }
    for (const CategoryColumn* category : more) {
      values.push_back(static_cast<float>(category->codes[row]));
    }
    found.labels.push_back(plan.class_of[labels.codes[row]]);
  }
  return found;
}

/// Where there are many labels, those that are rare in the real trace share one class: learners
/// take time for each class, and learn nothing of a handful of rows.
void merge_rare(const CategoryColumn& real, Plan& plan) {
  constexpr std::ptrdiff_t kMostClasses = 50;
  constexpr double kRare = 0.001;
  const std::vector<double> counts = count_codes(real.codes, real.texts.size());
  std::vector<std::uint32_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t code) { return counts[code]; });
  const bool many = std::ranges::count_if(counts, [](double n) { return n > 0; }) > kMostClasses;
  const auto others = static_cast<std::uint32_t>(counts.size());
  plan.class_of.assign(counts.size(), others);
  for (std::ptrdiff_t i = 0; i < std::ssize(order); ++i) {
    const std::uint32_t code = order[static_cast<std::size_t>(i)];
    const double count = counts[code];
    const bool frequent = count >= kRare * static_cast<double>(real.codes.size());
    if (!many ? count > 0 : frequent && i + 1 < kMostClasses) {
      plan.class_of[code] = code;
    } else {
      plan.merged += count > 0 ? 1 : 0;
    }
  }
}

std::uint32_t cut_of(std::size_t rows) {
  return static_cast<std::uint32_t>(0.8 * static_cast<double>(rows));
}

/// Whether a class with a hundredth of the rows or more is in one part of the time only.
bool vanishes(const CategoryColumn& real, const Plan& plan) {
  constexpr std::size_t kShare = 100;
  std::map<std::uint32_t, std::array<std::size_t, 2>> counts;
  const std::size_t cut = cut_of(real.codes.size());
  for (std::size_t row = 0; row < real.codes.size(); ++row) {
    ++counts[plan.class_of[real.codes[row]]][row < cut ? 0 : 1];
  }
  return std::ranges::any_of(counts, [&](const auto& entry) {
    const auto [early, late] = entry.second;
    return (early == 0 || late == 0) && (early + late) * kShare >= real.codes.size();
  });
}

}  // namespace

Plan plan_of(const Columns& real, const std::string& label) {
  Plan plan;
  plan.label = label;
  merge_rare(*real.category(label), plan);
  plan.by_time = !vanishes(*real.category(label), plan);
  return plan;
}

std::string notes_on(const Plan& plan) {
  std::string notes;
  if (!plan.by_time) {
    notes +=
        " The parts are drawn at random, since a class is in the earlier or the later part of "
        "the real trace only.";
  }
  if (plan.merged > 1) {
    notes += fmt::format(
        " {} labels that are not among the 49 most frequent, or have less than 0.1 % "
        "of the records each, count as one.",
        plan.merged);
  }
  return notes;
}

Parts parts_of(const Columns& columns, const Plan& plan, Random& random) {
  const std::uint32_t cut = cut_of(columns.rows());
  std::vector<std::uint32_t> order(columns.rows());
  std::iota(order.begin(), order.end(), 0U);
  if (!plan.by_time) {
    random.shuffle(std::span(order));
  }
  const auto part = [&](std::uint32_t begin, std::size_t count) {
    std::vector<std::uint32_t> rows = some_of(count, kMostRows, random);
    for (std::uint32_t& row : rows) {
      row = order[begin + row];
    }
    return rows_at(columns, plan, rows);
  };
  Rows learned = part(0, cut);
  return {std::move(learned), part(cut, columns.rows() - cut)};
}

}  // namespace tracetwin::evaluate
