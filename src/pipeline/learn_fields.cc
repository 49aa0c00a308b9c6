#include "pipeline/learn_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "encode/encoded.h"

namespace tracetwin {
namespace {

constexpr std::size_t kMostCodes = 64;  // of a field, where values lie in a line

bool is_undeclared(const Field& field) {
  return field.kind == FieldKind::kCategory && field.values.empty();
}

/// Shares of one release: names that nobody declared pay for the threshold of partition selection.
constexpr std::size_t kNameShares = 4;

/// A field with its codes and their released counts.
struct LearnedField {
  std::optional<Vocabulary> vocabulary;  ///< absent: of a fixed field
  dp::NoisyCounts counts;
  HostSpread hosts;
};

LearnedField learn_field(const Field& field, const PrivateColumn& column, const Window& window,
                         const VocabularyOptions& options, dp::Ledger& ledger) {
  const auto fine = Vocabulary::learn(field, window, column, options, ledger);
  auto [vocabulary, counts] = fine.vocabulary.grouped(fine.counts, kMostCodes);
  LearnedField learned{std::move(vocabulary), counts, {}};
  if (field.kind == FieldKind::kAddress) {
    learned.hosts = HostSpread::learn(
        column, *learned.vocabulary,
        {field.name, options.rho_per_release, options.l2_sensitivity, options.ranks}, ledger);
  }
  return learned;
}

/// The number of records, as one of their fields has it.
dp::NoisyCounts sum_of(const dp::NoisyCounts& counts) {
  std::vector<std::size_t> all(counts.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return counts.grouped(std::span(&all, 1));
}

/// Fixed fields have one code, of which there are as many as there are records.
LearnedFields together(const Schema& schema, std::vector<LearnedField> fields) {
  const auto some = std::ranges::find_if(
      fields, [](const LearnedField& field) { return field.vocabulary.has_value(); });
  const dp::NoisyCounts records = sum_of(some->counts);
  LearnedFields learned;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const bool fixed = !fields[f].vocabulary;
    learned.one_ways.emplace_back(marginal::Clique{static_cast<std::uint32_t>(f)},
                                  fixed ? records : fields[f].counts);
    learned.vocabularies.push_back(fixed ? Vocabulary::of_fixed(schema.fields[f])
                                         : std::move(*fields[f].vocabulary));
    learned.hosts.push_back(std::move(fields[f].hosts));
  }
  return learned;
}

}  // namespace

std::size_t releases_of(const Field& field) {
  return make_codec(field, {0, 1}, 1)->levels() + (is_undeclared(field) ? kNameShares : 0) +
         (field.kind == FieldKind::kAddress ? 1 : 0);
}

std::int64_t rarest_code(std::size_t rows) {
  return std::max<std::int64_t>(3, static_cast<std::int64_t>(rows / 2000));
}

LearnedFields learn_fields(const PrivateTrace& trace, const work::Ranks& ranks,
                           const FieldTerms& terms, dp::Ledger& ledger) {
  std::size_t releases = 0;
  int undeclared = 0;
  for (const Field& field : trace.schema.fields) {
    releases += field.fixed ? 0 : releases_of(field);
    undeclared += is_undeclared(field) ? 1 : 0;
  }
  VocabularyOptions options;
  options.rho_per_release = terms.rho / static_cast<double>(releases);
  options.l2_sensitivity = terms.rows_of_unit;
  options.floor = rarest_code(trace.rows());
  options.name_rho = kNameShares * options.rho_per_release;
  options.category_releases = undeclared;
  options.ranks = ranks;
  std::vector<LearnedField> fields(trace.columns.size());
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const Field& field = trace.schema.fields[f];
    if (!field.fixed) {
      fields[f] = learn_field(field, trace.columns[f], terms.window, options, ledger);
      options.category_releases -= is_undeclared(field) ? 1 : 0;
    }
  }
  return together(trace.schema, std::move(fields));
}

LearnedFields measure_known_fields(const PrivateTrace& trace, const TrainJob& job,
                                   const FieldTerms& terms, dp::Ledger& ledger) {
  const std::vector<Field>& fields = trace.schema.fields;
  const auto vocabularies = vocabularies_in(*job.previous->model, terms.window);
  const EncodedTrace records(trace.columns, vocabularies, fields, job.threads);
  std::vector<marginal::Clique> cliques;
  std::size_t releases = 0;
  for (std::uint32_t f = 0; f < fields.size(); ++f) {
    cliques.push_back({f});
    releases += fields[f].fixed ? 0 : fields[f].kind == FieldKind::kAddress ? 2 : 1;
  }
  const double each = terms.rho / static_cast<double>(releases);
  const auto counts = marginal::count_all(records, cliques, job.threads, job.site.ranks);
  std::vector<LearnedField> learned(fields.size());
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (fields[f].fixed) {
      continue;
    }
    const std::string what = fmt::format("known codes of {}", fields[f].name);
    learned[f].vocabulary = vocabularies[f];
    learned[f].counts =
        dp::release(counts[f], {"vocabulary", what, each, terms.rows_of_unit}, ledger);
    if (fields[f].kind == FieldKind::kAddress) {
      learned[f].hosts =
          HostSpread::learn(trace.columns[f], vocabularies[f],
                            {fields[f].name, each, terms.rows_of_unit, job.site.ranks}, ledger);
    }
  }
  return together(trace.schema, std::move(learned));
}

}  // namespace tracetwin
