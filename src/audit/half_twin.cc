#include "audit/half_twin.h"

#include <algorithm>
#include <set>

#include "pipeline/rows.h"

namespace tracetwin::audit {
namespace {

using Values = std::set<std::vector<Key>>;

/// The different values of one kind in some records.
using Extract = Values (*)(const Schema& schema, const Rows& rows);

Values rows_without_start(const Schema& schema, const Rows& rows) {
  const std::size_t time = time_field(schema);
  Values values;
  for (std::vector<Key> row : rows) {
    row[time] = 0;
    values.insert(std::move(row));
  }
  return values;
}

Values five_tuples(const Schema&, const Rows& rows) {
  Values values;
  for (const auto& row : rows) {
    values.emplace(row.begin(), row.begin() + kTupleFields);
  }
  return values;
}

Values addresses(const Schema&, const Rows& rows) {
  Values values;
  for (const auto& row : rows) {
    values.insert({row[kSource]});
    values.insert({row[kDestination]});
  }
  return values;
}

CopyRate rate_of(std::string what, const Values& twin, const Values& training,
                 const Values& hold_out, double confidence) {
  CopyRate rate{std::move(what), twin.size(), 0, 0, 0, {}};
  std::uint64_t only_training = 0;
  std::uint64_t only_hold_out = 0;
  for (const auto& value : twin) {
    const bool trained = training.contains(value);
    const bool held_out = hold_out.contains(value);
    rate.in_training += trained ? 1 : 0;
    rate.in_hold_out += held_out ? 1 : 0;
    only_training += trained && !held_out ? 1 : 0;
    only_hold_out += held_out && !trained ? 1 : 0;
  }
  const auto differing = static_cast<double>(only_training + only_hold_out);
  if (differing > 0) {
    const double share = differing / static_cast<double>(twin.size());
    const Interval of_training =
        clopper_pearson(only_training, only_training + only_hold_out, confidence);
    rate.difference = share * (2 * static_cast<double>(only_training) / differing - 1);
    rate.interval = {share * (2 * of_training.low - 1), share * (2 * of_training.high - 1)};
  }
  return rate;
}

}  // namespace

HalfTwin twin_of_half(const UnitTrace& trace, const TrainJob& job, const Fixture& fixture,
                      std::uint64_t seed, const Progress& progress) {
  Choice choice = random_half(trace.units, seed);
  const MemoryFile training = written(trace, choice);
  choice.flip();
  const MemoryFile hold_out = written(trace, choice);
  TrainJob half_job = job;
  half_job.input = training.path();
  half_job.seed = seed;
  TwinModel model = fixture.train(half_job, progress);
  const GenerateJob generate{std::nullopt, seed, job.threads};
  Rows twin = comparable_rows(model, generate_rows(model, generate, progress));
  return {std::move(model), std::move(twin), read_trace(training, job), read_trace(hold_out, job)};
}

std::vector<CopyRate> copy_rates(const HalfTwin& halves, double confidence) {
  const Schema& schema = halves.training.schema;
  const Rows training = comparable_rows(schema, halves.training.columns);
  const Rows hold_out = comparable_rows(schema, halves.hold_out.columns);
  std::vector<CopyRate> rates;
  const auto add = [&](const char* what, Extract extract) {
    rates.push_back(rate_of(what, extract(schema, halves.twin), extract(schema, training),
                            extract(schema, hold_out), confidence));
  };
  add("rows", rows_without_start);
  add("five-tuples", five_tuples);
  add("addresses", addresses);
  return rates;
}

}  // namespace tracetwin::audit
