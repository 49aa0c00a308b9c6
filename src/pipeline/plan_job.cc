#include "pipeline/plan_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "pipeline/plan_events.h"

namespace tracetwin {
namespace {

namespace fs = std::filesystem;
using netshare::Encoding;
using netshare::FieldSpec;
using netshare::GridPoint;
using netshare::RunPlan;

/// Columns that every flow log has, whatever the configuration says of them.
constexpr std::array<std::string_view, 5> kTuple = {"srcip", "dstip", "srcport", "dstport",
                                                    "proto"};
/// What series_fields.h calls the numbers of a series.
constexpr const char* kStep = "step";
constexpr std::array<std::string_view, 4> kStandard = {"ts", "td", "pkt", "byt"};

template <class Names>
bool is_among(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<fs::path> inputs_of(const netshare::Input& input) {
  if (input.source == netshare::Source::kS3) {
    return {fmt::format("s3://{}/", input.bucket)};
  }
  if (!input.file.empty()) {
    return {input.file};
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(input.folder)) {
    if (entry.is_regular_file() &&
        (input.extension.empty() || entry.path().extension() == input.extension)) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  if (files.empty()) {
    throw Error(fmt::format("{} holds no file{}", input.folder.string(),
                            input.extension.empty() ? "" : " ending in " + input.extension),
                "Give another original_data_folder.");
  }
  return files;
}

void check_metadata(const RunPlan& plan) {
  for (const FieldSpec& field : plan.metadata) {
    if (!is_among(kTuple, field.columns.front())) {
      throw Error(fmt::format("the configuration keys its series by \"{}\"", field.columns.front()),
                  "Flows are series by five-tuple here: srcip, dstip, srcport, dstport, proto.");
    }
  }
}

/// Columns behind the standard ones, declared as the configuration has them.
Declarations::Column declaration_of(const FieldSpec& spec) {
  Declarations::Column column;
  column.name = spec.columns.front();
  column.field.name = column.name;
  if (spec.encoding == Encoding::kContinuous) {
    column.field.kind = FieldKind::kNumber;
    column.field.low = spec.min.value_or(column.field.low);
    column.field.high = spec.max.value_or(column.field.high);
    column.field.whole = spec.type == netshare::FieldType::kInteger;
  } else {
    column.field.kind = FieldKind::kCategory;
    column.field.values = spec.choices;
  }
  return column;
}

/// Seconds of td are microseconds within.
double scale_of(const std::string& name) {
  constexpr double kMicrosecondsASecond = 1e6;
  return name == "td" ? kMicrosecondsASecond : 1;
}

series::NumberChoice choice_of(const FieldSpec& spec, bool events) {
  series::NumberChoice choice;
  choice.name = spec.columns.size() > 1 ? kStep
                : events                ? spec.names.front()
                                        : spec.columns.front();
  choice.log = spec.log1p;
  choice.is_signed = spec.normalization == netshare::Normalization::kMinusOneOne;
  if (spec.min) {
    choice.low = *spec.min * scale_of(choice.name);
  }
  if (spec.max) {
    choice.high = *spec.max * scale_of(choice.name);
  }
  return choice;
}

series::SchemeOptions scheme_of(const RunPlan& plan, const GridPoint& point) {
  series::SchemeOptions scheme;
  scheme.style = series::Style::kPublished;
  scheme.tags = plan.flow_tags == netshare::FlowTags::kV1 ? series::Tags::kWhereItBegins
                                                          : series::Tags::kAlways;
  scheme.chunks = plan.n_chunks;
  scheme.equal_size = plan.chunk_by == netshare::ChunkBy::kFixedSize;
  scheme.self_norm = point.self_norm;
  scheme.dimensions = plan.word2vec.vec_size;
  scheme.seed = plan.seed;
  if (plan.timestamp && plan.timestamp->encoding == netshare::TimeEncoding::kRaw) {
    scheme.times = series::TimeCoding::kRaw;
  }
  if (plan.max_flow_len) {
    scheme.most_records =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(*plan.max_flow_len, UINT32_MAX));
  }
  for (const FieldSpec& spec : plan.timeseries) {
    if (spec.encoding == Encoding::kContinuous) {
      scheme.numbers.push_back(choice_of(spec, is_about_events(plan)));
    }
  }
  return scheme;
}

void declare_columns(const RunPlan& plan, TrainJob& job) {
  if (plan.input.format == netshare::Format::kPcap) {
    return;
  }
  for (const FieldSpec& spec : plan.timeseries) {
    const std::string& name = spec.columns.front();
    const bool known = spec.optional || is_among(kStandard, name) || is_among(kTuple, name) ||
                       plan.input.format == netshare::Format::kZeek;
    if (!known) {
      job.declarations.columns.push_back(declaration_of(spec));
    }
  }
}

/// Only what is known of fields through the ledger, and one chunk: see train_private_series.h.
void make_private(const GridPoint& point, const std::optional<dp::Budget>& budget, TrainJob& job,
                  std::vector<std::string>& remarks) {
  if (!budget) {
    throw Error("the configuration asks for private training (dp_noise_multiplier)",
                "Give the --epsilon that it may spend, which the noise follows from; or set "
                "dp_noise_multiplier and dp_l2_norm_clip to null.");
  }
  if (point.manager.pretrain_dir) {
    throw Error("the networks in pretrain_dir know other codes than a private trace has",
                "Leave it away, and give the public trace itself with --pretrain.");
  }
  job.budget = budget;
  job.unit = dp::Unit::kFlow;
  job.series.clip_norm = *point.dp_l2_norm_clip;
  job.series.private_iterations = point.options.iterations;
  job.series.scheme.style = series::Style::kVocabulary;
  job.series.scheme.chunks = 1;
  job.series.scheme.equal_size = false;
  job.series.scheme.self_norm = false;
  job.series.scheme.times = series::TimeCoding::kGaps;
  remarks.emplace_back(fmt::format(
      "private training of epsilon {:g}: in one chunk, on codes that were released privately, with "
      "the noise that the budget asks for instead of dp_noise_multiplier {:g}",
      budget->epsilon, *point.dp_noise_multiplier));
}

void note_events(const RunPlan& plan, const Declarations& declarations,
                 std::vector<std::string>& remarks) {
  if (!declarations.events->time.empty()) {
    remarks.emplace_back(fmt::format(
        "{}: numbers are taken as microseconds since 1970, NetShare's unit, and written as such",
        declarations.events->time));
  }
  if (plan.num_train_samples) {
    remarks.emplace_back("num_train_samples: all rows are learned");
  }
}

}  // namespace

TrainJob plan_job(const RunPlan& plan, const GridPoint& point,
                  const std::optional<dp::Budget>& budget, std::vector<std::string>& remarks) {
  TrainJob job;
  if (is_about_events(plan)) {
    job.declarations = event_declarations(plan);
  } else {
    check_metadata(plan);
  }
  const std::vector<fs::path> inputs = inputs_of(plan.input);
  job.input = inputs.front();
  job.further.assign(inputs.begin() + 1, inputs.end());
  Intake intake = intake_of(plan, job.declarations);
  if (plan.input.source == netshare::Source::kS3 && !plan.input.extension.empty()) {
    intake.patterns = {plan.input.extension};
  }
  job.open = opener_of(intake);
  job.engine = "doppelganger";
  job.seed = plan.seed + point.manager.run;
  job.series.scheme = scheme_of(plan, point);
  job.series.options = point.options;
  job.series.epochs = point.epochs;
  job.series.keep_every = std::max<std::uint64_t>(1, point.extra_checkpoint_freq);
  job.series.checkpoint_every = std::max<std::uint64_t>(1, point.epoch_checkpoint_freq);
  job.series.independent = !point.manager.pretrain_non_dp;
  job.series.fine_tuning = point.manager.reduce_time.value_or(1);
  job.series.skip_first = point.manager.skip_chunk0_train;
  job.series.workers = plan.parallel ? point.threads.value_or(0) : 1;
  if (point.is_private()) {
    make_private(point, budget, job, remarks);
  } else if (point.manager.pretrain_dir) {
    job.series.start = *point.manager.pretrain_dir / "all.weights";
  }
  if (job.declarations.events) {
    note_events(plan, job.declarations, remarks);
  } else {
    declare_columns(plan, job);
  }
  if (plan.input.format == netshare::Format::kPcap) {
    remarks.emplace_back(
        "captures are learned by conversation, both directions together; what protocols dictate of "
        "headers is compiled, not learned");
  }
  return job;
}

}  // namespace tracetwin
