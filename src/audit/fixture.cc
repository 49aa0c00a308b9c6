#include "audit/fixture.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/named.h"
#include "dp/counts.h"
#include "pipeline/private_trace.h"
#include "pipeline/rows.h"

namespace tracetwin::audit {
namespace {

TwinModel train_faithfully(const TrainJob& job, const Progress& progress) {
  return train(job, progress);
}

TwinModel train_without_noise(const TrainJob& job, const Progress& progress) {
  TrainJob doctored = job;
  doctored.budget.reset();
  return train(doctored, progress);
}

/// The one-way marginal of the first field, measured once more by a ledger that nobody adds up, and
/// that has no budget to keep.
dp::NoisyCounts uncharged_table(const Vocabulary& vocabulary, const PrivateColumn& column,
                                dp::Unit unit) {
  dp::Ledger unseen = dp::Ledger::no_guarantee(unit);
  dp::PrivateCounts counts(vocabulary.cells());
  for (const Wide code : vocabulary.encode(column)) {
    counts.add(static_cast<std::size_t>(code));
  }
  return dp::release(counts, {"fixture", "a one-way marginal once more"}, unseen);
}

/// NetDPSyn measures its one-way marginals twice and charges one of the two (exp/exp.py,
/// recode_attrs and anonymize_views).
TwinModel train_with_uncharged_table(const TrainJob& job, const Progress& progress) {
  TwinModel model = train(job, progress);
  const PrivateTrace trace = read_private(job, progress);
  const dp::NoisyCounts noisy =
      uncharged_table(model.vocabularies.front(), trace.columns.front(), model.ledger.unit);
  engine::TableModel::Part part{{0}, {}, noisy.sigma()};
  double total = 0;
  for (const std::int64_t count : noisy.values()) {
    part.probabilities.push_back(static_cast<double>(std::max<std::int64_t>(0, count)));
    total += part.probabilities.back();
  }
  total = std::max(1.0, total);
  for (double& probability : part.probabilities) {
    probability /= total;
  }
  model.table.parts.push_back(std::move(part));
  model.table.records = total;
  return model;
}

std::vector<std::string> observed(const PrivateColumn& column) {
  std::vector<std::string> names = column.names;
  std::sort(names.begin(), names.end());
  return names;
}

Window observed_window(const PrivateColumn& times) {
  const auto values = times.values.all<std::int64_t>();
  const auto [first, last] = std::minmax_element(values.begin(), values.end());
  return {*first, *last + 1};
}

/// NetDPSyn's preprocessing lists the values that it meets and copies the first time stamp
/// (lib_preprocess/preprocess_network.py), as if both had been public.
TwinModel train_on_observed_domain(const TrainJob& job, const Progress& progress) {
  TrainJob doctored = job;
  const PrivateTrace trace = read_private(job, progress);
  for (std::size_t f = 0; f < trace.schema.fields.size(); ++f) {
    Field field = trace.schema.fields[f];
    if (field.kind == FieldKind::kCategory && field.values.empty()) {
      field.values = observed(trace.columns[f]);
      auto& columns = doctored.declarations.columns;
      columns.insert(columns.begin(), {field.name, false, field, {}, {}});
    }
  }
  doctored.declarations.window = observed_window(trace.columns[time_field(trace.schema)]);
  return train(doctored, progress);
}

constexpr std::array kFixtures = {
    Fixture{"none", "TraceTwin as it is", false, train_faithfully},
    Fixture{"noise-off", "exact counts, claimed to be noisy", true, train_without_noise},
    Fixture{"uncharged-table", "one table measured outside the ledger", true,
            train_with_uncharged_table},
    Fixture{"domain-from-data", "categories and window taken from the trace", true,
            train_on_observed_domain},
};

}  // namespace

std::span<const Fixture> fixtures() {
  return kFixtures;
}

const Fixture& fixture_named(std::string_view name) {
  return row_named(fixtures(), name, "fixture");
}

}  // namespace tracetwin::audit
