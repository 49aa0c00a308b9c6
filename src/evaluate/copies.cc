#include "evaluate/copies.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/halves.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr double kRareRows = 3;

using Keys = std::vector<std::uint64_t>;

/// Some rows of a trace.
struct Rows {
  const Sample& sample;
  std::vector<std::uint32_t> at;

  const Columns& columns() const { return sample.columns; }
};

Rows all_rows(const Sample& sample) {
  Rows all{sample, std::vector<std::uint32_t>(sample.rows())};
  std::iota(all.at.begin(), all.at.end(), 0U);
  return all;
}

Keys tuple_keys(const Rows& rows) {
  Keys keys;
  keys.reserve(rows.at.size());
  for (const std::uint32_t row : rows.at) {
    keys.push_back(rows.sample.tuples.keys[rows.sample.tuples.of_row[row]]);
  }
  return keys;
}

template <class ValueOf>
void mix_in(const Rows& rows, ValueOf value_of, Keys& keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = mix(keys[i], value_of(rows.at[i]));
  }
}

/// 64 bits for each row's values but the time, out of its tuple's; rows of aligned traces with
/// equal values have equal keys.
Keys row_keys(const Rows& rows, const Columns& other, Keys keys) {
  for (const CategoryColumn& category : rows.columns().categories) {
    if (other.category(category.name) != nullptr) {
      mix_in(
          rows, [&](std::size_t row) { return std::uint64_t{category.codes[row]}; }, keys);
    }
  }
  for (const NumberColumn& number : rows.columns().numbers) {
    mix_in(
        rows, [&](std::size_t row) { return std::bit_cast<std::uint64_t>(number.values[row]); },
        keys);
  }
  return keys;
}

Keys with_times(const Rows& rows, Keys keys) {
  mix_in(
      rows,
      [&](std::size_t row) { return static_cast<std::uint64_t>(rows.columns().time_ns[row]); },
      keys);
  return keys;
}

/// Percent of `keys` that are among `known`.
double percent_known(const Keys& keys, const Keys& known) {
  const KeySet all(known);
  std::size_t hits = 0;
  for (const std::uint64_t key : keys) {
    hits += all.contains(key) ? 1 : 0;
  }
  return kPercent * static_cast<double>(hits) / static_cast<double>(keys.size());
}

/// Percent of `codes` that are among `known`; all below `codes_in_all`.
double percent_known(const std::vector<std::uint32_t>& codes,
                     const std::vector<std::uint32_t>& known, std::size_t codes_in_all) {
  const auto counts = count_codes(known, codes_in_all);
  const auto hits = std::ranges::count_if(codes, [&](std::uint32_t c) { return counts[c] > 0; });
  return kPercent * static_cast<double>(hits) / static_cast<double>(codes.size());
}

Metric percent_metric(std::string id, std::string name, std::string explain,
                      std::optional<Marks> marks = std::nullopt) {
  return {.id = std::move(id),
          .name = std::move(name),
          .explain = std::move(explain),
          .unit = "%",
          .better = marks ? Better::kLower : Better::kNone,
          .high = kPercent,
          .marks = marks};
}

/// What of a twin's records stands in known ones, in percent.
struct Copied {
  double rows = 0;
  double rows_with_time = 0;
  double five_tuples = 0;
};

Copied copied(const Rows& known, const Rows& candidate) {
  const Keys known_tuples = tuple_keys(known);
  const Keys tuples = tuple_keys(candidate);
  const Keys known_rows = row_keys(known, candidate.columns(), known_tuples);
  const Keys rows = row_keys(candidate, known.columns(), tuples);
  return {percent_known(rows, known_rows),
          percent_known(with_times(candidate, rows), with_times(known, known_rows)),
          percent_known(tuples, known_tuples)};
}

/// Rows in which each address occurs, either way.
std::vector<double> address_rows(const Rows& rows) {
  const Columns& columns = rows.columns();
  std::vector<double> counts(columns.addresses->size());
  for (const std::uint32_t row : rows.at) {
    ++counts[columns.src[row]];
    counts[columns.dst[row]] += columns.dst[row] != columns.src[row] ? 1 : 0;
  }
  return counts;
}

/// The pairs of addresses that talk, each once, as hashes.
Keys address_pairs(const Columns& columns) {
  Keys pairs;
  KeySet seen;
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    const std::uint64_t pair = mix(columns.src[row], columns.dst[row]);
    if (seen.insert(pair)) {
      pairs.push_back(pair);
    }
  }
  return pairs;
}

/// So many of the real addresses with at most `most_rows` rows, and those that the twin has.
struct Recovered {
  double all = 0;
  double found = 0;
  double percent() const { return all > 0 ? kPercent * found / all : kNan; }
};

Recovered recovered(const std::vector<double>& real, const std::vector<double>& synthetic,
                    double most_rows) {
  Recovered counts;
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (real[i] > 0 && real[i] <= most_rows) {
      ++counts.all;
      counts.found += synthetic[i] > 0 ? 1 : 0;
    }
  }
  return counts;
}

/// The usual marks for so large a part of the training data, and two standard errors more of the
/// difference between two shares of `all`, the twin's and its floor's, so that few records decide
/// nothing.
Marks marks_of(double good, double fair, double part, double percent, double all) {
  const double share = percent / kPercent;
  const double errors = 2 * kPercent * std::sqrt(2 * share * (1 - share) / std::max(all, 1.0));
  return {part * good + errors, part * fair + errors};
}

/// How many independent records the rows are worth, since those of one five-tuple are copied or not
/// together (Kish's effective sample size).
double effective_rows(const Rows& rows) {
  std::vector<double> counts(rows.sample.tuples.size());
  for (const std::uint32_t row : rows.at) {
    ++counts[rows.sample.tuples.of_row[row]];
  }
  const auto all = static_cast<double>(rows.at.size());
  double squares = 0;
  for (const double count : counts) {
    squares += count * count;
  }
  return squares > 0 ? all * all / squares : 0;
}

void add_copied(GroupBuilder& group, const Rows& known, const Rows& candidate, double part) {
  const Copied found = copied(known, candidate);
  const double independent = effective_rows(candidate);
  const auto add = [&](const char* id, const char* name, const char* explain, double good,
                       double fair, double value) {
    group.add(percent_metric(id, name, explain, marks_of(good, fair, part, value, independent)),
              value);
  };
  add("rows", "Exact copies, time aside",
      "Share of the drawn synthetic records all of whose values occur together in one record of "
      "the training data.",
      1, 5, found.rows);
  add("rows_with_time", "Exact copies, time included",
      "The same with the time: hardly ever by chance.", 0.1, 1, found.rows_with_time);
  if (known.columns().events) {
    return;
  }
  add("five_tuples", "Records with a real five-tuple",
      "Share of the drawn synthetic records whose addresses, ports and protocol occur together in "
      "the training data.",
      2, 10, found.five_tuples);
}

}  // namespace

Group equal_terms_group(const Pair& pair, const EqualTerms& terms, std::uint64_t seed) {
  GroupBuilder group("equal_terms", "Copies, on equal terms",
                     "What safety is judged by: as many records of the twin as the floor has of "
                     "fresh real data, against the same training data (without a hold-out, one "
                     "half of it), since copies depend on how many records there are.");
  const Sample& training = terms.known != nullptr ? *terms.known : pair.real;
  const Rows known = all_rows(training);
  const std::size_t drawn = terms.known != nullptr ? terms.drawn : pair.synthetic.rows();
  const Rows candidate{pair.synthetic, drawn_rows(pair.synthetic.columns, drawn, seed)};
  const double part = static_cast<double>(training.rows()) / static_cast<double>(pair.real.rows());
  add_copied(group, known, candidate, part);
  const Recovered rare = recovered(address_rows(known), address_rows(candidate), kRareRows);
  group.add(percent_metric("rare_addresses",
                           pair.real.columns.events ? "Rare real keys recovered"
                                                    : "Rare real addresses recovered",
                           "Share of those that occur in at most three records of the training "
                           "data, which are individuals, that the drawn records have.",
                           marks_of(2, 10, part, kPercent / 2, rare.all)),
            rare.percent(), "no real address is that rare");
  return group.take();
}

Group copies_group(const Pair& pair) {
  GroupBuilder group("copies", "Copies",
                     "Records of the twin that stand in the real trace as they are, of all there "
                     "are. Fresh real records repeat old ones, too, the more the longer a trace.");
  const Columns& real = pair.real.columns;
  const Columns& synthetic = pair.synthetic.columns;
  const Copied found = copied(all_rows(pair.real), all_rows(pair.synthetic));
  group.add(percent_metric("rows", "Exact copies of all records, time aside",
                           "Share of the synthetic records all of whose values occur together in "
                           "one real record."),
            found.rows);
  group.add(percent_metric("rows_with_time", "Exact copies of all records, time included",
                           "The same with the time."),
            found.rows_with_time);
  if (real.events) {
    return group.take();
  }
  group.add(percent_metric("five_tuples", "All records with a real five-tuple",
                           "Share of the synthetic records whose addresses, ports and protocol "
                           "occur together in the real trace."),
            found.five_tuples);
  group.add(percent_metric("srcip", "Records with a real source address",
                           "Share of the synthetic records whose source is one in the real trace."),
            percent_known(synthetic.src, real.src, real.addresses->size()));
  group.add(percent_metric("dstip", "Records with a real destination address",
                           "Share of the synthetic records whose destination is one in the real "
                           "trace."),
            percent_known(synthetic.dst, real.dst, real.addresses->size()));
  return group.take();
}

Group identifiers_group(const Pair& pair) {
  GroupBuilder group("identifiers", "Identifiers recovered",
                     "What a reader of the twin learns about who was there; chance and public "
                     "knowledge recover some.");
  const auto real = address_rows(all_rows(pair.real));
  const auto synthetic = address_rows(all_rows(pair.synthetic));
  group.add(percent_metric("addresses", "Real addresses recovered",
                           "Share of the real trace's addresses that occur in the twin."),
            recovered(real, synthetic, std::numeric_limits<double>::infinity()).percent());
  group.add(percent_metric("rare_addresses", "Rare real addresses recovered by all records",
                           "The same for addresses that occur in at most three real records."),
            recovered(real, synthetic, kRareRows).percent(), "no real address is that rare");
  group.add(percent_metric("pairs", "Real address pairs recovered",
                           "Share of the pairs that talk in the real trace that talk in the twin."),
            percent_known(address_pairs(pair.real.columns), address_pairs(pair.synthetic.columns)));
  return group.take();
}

}  // namespace tracetwin::evaluate
