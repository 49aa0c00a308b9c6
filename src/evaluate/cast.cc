// The floor of safety holds other real data against the same training data as the twin, as many
// rows of either: without a hold-out one half of the real trace stands for the training data in
// both.
#include "evaluate/cast.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "evaluate/halves.h"
#include "evaluate/stages.h"

namespace tracetwin::evaluate {
namespace {

/// Of the real trace alone: a twin that has lost its labels is told so and spoils no other's.
std::string label_of(const Columns& real, const std::string& asked) {
  if (!asked.empty()) {
    return asked;
  }
  for (const char* name : {"type", "label"}) {
    if (const CategoryColumn* column = real.category(name)) {
      const auto& codes = column->codes;
      if (std::ranges::any_of(codes, [&](std::uint32_t code) { return code != codes[0]; })) {
        return name;
      }
    }
  }
  return {};
}

std::size_t most_rows(const std::vector<Columns>& synthetic) {
  std::size_t most = 0;
  for (const Columns& trace : synthetic) {
    most = std::max(most, trace.rows());
  }
  return most;
}

/// Who is held against the training data in safety, and how many rows of it.
EqualTerms terms_of(const Cast& cast, const Sample& candidate) {
  const Sample& known = cast.holdout ? *cast.real : *cast.half;
  const Sample& fresh = cast.holdout ? *cast.fresh : *cast.other_half;
  return {&known, std::min(candidate.rows(), fresh.rows())};
}

Setting safety_setting(const Cast& cast, Role role, std::size_t which, std::uint64_t seed) {
  const Sample& twin = *cast.synthetic[which];
  const EqualTerms terms = terms_of(cast, twin);
  switch (role) {
    case Role::kSynthetic:
      return {{*cast.real, twin}, cast.holdout.get(), cast.label, seed, terms};
    case Role::kFloor:
      if (cast.holdout) {
        return {{*cast.real, *cast.fresh}, cast.unseen.get(), cast.label, seed, terms};
      }
      return {{*cast.half, *cast.other_half}, nullptr, cast.label, seed, terms};
    default:
      return {{*cast.real, *cast.real},
              cast.holdout.get(),
              cast.label,
              seed,
              terms_of(cast, *cast.real)};
  }
}

}  // namespace

Cast cast_of(std::vector<Columns> traces, const EvaluateJob& job, const Progress& progress) {
  std::vector<Columns*> all;
  all.reserve(traces.size());
  for (Columns& trace : traces) {
    all.push_back(&trace);
  }
  align(all);
  Cast cast;
  cast.label = label_of(traces[0], job.label_column);
  std::vector<Columns> synthetic;
  for (std::size_t i = 0; i < job.synthetic.size(); ++i) {
    synthetic.push_back(std::move(traces[i + 1]));
  }
  cast.synthetic.resize(synthetic.size());
  const std::size_t most = most_rows(synthetic);
  std::vector<std::function<void()>> work;
  const auto halve = [&](const Columns& whole, std::unique_ptr<Sample>& a,
                         std::unique_ptr<Sample>& b) {
    auto parts = halves(whole, most, job.seed);
    a = std::make_unique<Sample>(sample_of(std::move(parts.first)));
    b = std::make_unique<Sample>(sample_of(std::move(parts.second)));
    return parts.divided;
  };
  work.emplace_back([&] {
    cast.divided = halve(traces[0], cast.half, cast.other_half);
    cast.real = std::make_unique<Sample>(sample_of(std::move(traces[0])));
  });
  for (std::size_t i = 0; i < synthetic.size(); ++i) {
    work.emplace_back([&, i] {
      cast.synthetic[i] = std::make_unique<Sample>(sample_of(std::move(synthetic[i])));
    });
  }
  if (job.holdout) {
    work.emplace_back([&] {
      halve(traces.back(), cast.unseen, cast.fresh);
      cast.holdout = std::make_unique<Sample>(sample_of(std::move(traces.back())));
    });
  }
  run_all(work, "arranging", job.threads, progress);
  return cast;
}

Setting setting_of(const Cast& cast, const Scorer& scorer, Role role, std::size_t which,
                   std::uint64_t seed) {
  if (std::string_view(scorer.section) == "safety") {
    return safety_setting(cast, role, which, seed);
  }
  switch (role) {
    case Role::kSynthetic:
      return {{*cast.real, *cast.synthetic[which]}, nullptr, cast.label, seed, {}};
    case Role::kFloor:
      return {{*cast.half, *cast.other_half}, nullptr, cast.label, seed, {}};
    default:
      return {{*cast.holdout, *cast.real}, nullptr, cast.label, seed, {}};
  }
}

}  // namespace tracetwin::evaluate
