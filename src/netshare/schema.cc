#include <fmt/format.h>

#include <array>
#include <set>

#include "netshare/fields.h"
#include "netshare/sections.h"

namespace tracetwin::netshare {
namespace {

using Fields = std::vector<FieldSpec>;

/// How the fields are when the file does not list them.
Implied read_implied(const RunPlan& plan, const Config& config) {
  Implied implied;
  const auto find = [&](const std::string& key) {
    return config.first_given(
        {"pre_post_processor.config." + key, "learn." + key, "global_config." + key});
  };
  if (const auto option = find("norm_option")) {
    implied.normalization =
        option->whole(0, 1) == 0 ? Normalization::kZeroOne : Normalization::kMinusOneOne;
  }
  if (const auto full = find("full_IP_header")) {
    implied.full_ip_header = full->flag();
  }
  if (const auto how = find("encode_IP")) {
    constexpr std::array kWays = {Word<bool>{"bit", false}, Word<bool>{"word2vec", true}};
    implied.word2vec_addresses = how->meaning(kWays);
  }
  const auto dp = config.first_given({"global_config.dp"});
  implied.is_private = (dp && dp->flag()) || plan.points.front().is_private();
  return implied;
}

/// Says that an option of implied fields has no effect on those that are listed.
void note_options(const Config& config, bool listed, const Implied& implied, Notes& notes) {
  for (const std::string key : {"norm_option", "full_IP_header", "encode_IP"}) {
    const auto option = config.first_given(
        {"pre_post_processor.config." + key, "learn." + key, "global_config." + key});
    if (option && listed) {
      notes.ignored(option->path(), "the fields are listed, each with its own encoding");
    } else if (option && key == "encode_IP" && implied.word2vec_addresses) {
      notes.remark(option->path(), "embedded addresses are those of the trace, never private");
    }
  }
}

[[noreturn]] void refuse_no_fields(std::string_view list, Format format) {
  throw Error(fmt::format("the configuration lists no {} fields, and {} data imply none", list,
                          word_for(kFormats, format)),
              R"(List them in learn.session_key and learn.timeseries, or set the dataset_type to )"
              R"(pcap, netflow or zeeklog.)");
}

Fields fields_or(const std::optional<Value>& list, const std::optional<Fields>& implied,
                 std::string_view name, Format format, Notes& notes) {
  if (list && !list->is_null()) {
    return read_fields(*list, notes);
  }
  if (!implied) {
    refuse_no_fields(name, format);
  }
  notes.remark(std::string(name), fmt::format("not listed; the fields of {} data are taken",
                                              word_for(kFormats, format)));
  return *implied;
}

void read_all_fields(RunPlan& plan, const Config& config, Notes& notes) {
  const auto metadata = config.first({"pre_post_processor.config.metadata", "learn.session_key",
                                      "learn.metadata", "pre_post_processor.config.session_key"});
  const auto timeseries =
      config.first({"pre_post_processor.config.timeseries", "learn.timeseries"});
  const Format format = plan.input.format;
  const Implied implied = read_implied(plan, config);
  plan.metadata = fields_or(metadata, implied_metadata(format, implied), "metadata", format, notes);
  plan.timeseries =
      fields_or(timeseries, implied_timeseries(format, implied), "timeseries", format, notes);
  const auto is_list = [](const auto& list) { return list && !list->is_null(); };
  note_options(config, is_list(metadata) && is_list(timeseries), implied, notes);
}

void demand_one_name_each(const RunPlan& plan) {
  std::set<std::string> names;
  for (const Fields* fields : {&plan.metadata, &plan.timeseries}) {
    for (const FieldSpec& field : *fields) {
      for (const std::string& name : field.names) {
        if (!names.insert(name).second) {
          throw Error(fmt::format("two fields are called \"{}\"", name),
                      "Give one of them another \"name\": it is that of a column of the output.");
        }
      }
    }
  }
}

/// Columns and encoding of times by convention.
struct TimeConvention {
  Format format;
  std::string_view column;
  TimeEncoding encoding;
  bool implied;  ///< also without any timestamp in the file
};
constexpr TimeConvention kConventions[] = {
    {Format::kPcap, "time", TimeEncoding::kInterarrival, true},
    {Format::kNetflow, "ts", TimeEncoding::kInterarrival, true},
    {Format::kZeek, "ts", TimeEncoding::kRaw, true},
    {Format::kCsv, "ts", TimeEncoding::kInterarrival, false},
    {Format::kJsonLines, "ts", TimeEncoding::kInterarrival, false},
};

const TimeConvention& convention_of(Format format) {
  const auto* row = std::begin(kConventions);
  while (row->format != format) {
    ++row;
  }
  return *row;
}

/// An object beats a text, whichever section it is in.
struct Given {
  std::optional<Value> object, text;
};

Given given_timestamp(const Config& config) {
  Given given;
  for (const char* path :
       {"pre_post_processor.config.timestamp", "learn.timestamp", "global_config.timestamp"}) {
    const auto found = config.first_given({path});
    auto& place = found && found->json().is_object() ? given.object : given.text;
    if (found && !place) {
      place = found;
    }
  }
  return given;
}

std::optional<Value> member(const std::optional<Value>& object, std::string_view key) {
  const auto found = object ? object->at(key) : std::nullopt;
  return found && !found->is_null() ? found : std::nullopt;
}

bool needs_column(const RunPlan& plan, const Timestamp& timestamp) {
  return plan.n_chunks > 1 || timestamp.generation;
}

std::string column_of(const RunPlan& plan, const Given& given, const Timestamp& timestamp) {
  const TimeConvention& convention = convention_of(plan.input.format);
  if (const auto column = member(given.object, "column")) {
    return column->text();
  }
  if (convention.implied || given.text) {
    return std::string(convention.column);
  }
  if (needs_column(plan, timestamp)) {
    throw Error(fmt::format("{}.column is missing", given.object->path()),
                "Name the column of the input that holds the time.");
  }
  return "";
}

void read_encoding(Timestamp& timestamp, const Given& given) {
  if (const auto encoding = member(given.object, "encoding")) {
    timestamp.encoding = encoding->meaning(kTimeEncodings);
  } else if (given.text) {
    timestamp.encoding = given.text->meaning(kTimeEncodings);
  }
  if (const auto normalization = member(given.object, "normalization")) {
    timestamp.normalization = normalization->meaning(kNormalizations);
  }
}

Timestamp read_timestamp(const RunPlan& plan, const Given& given) {
  Timestamp timestamp;
  timestamp.encoding = convention_of(plan.input.format).encoding;
  read_encoding(timestamp, given);
  const auto generation = member(given.object, "generation");
  timestamp.generation = generation ? generation->flag() : !given.object;
  timestamp.column = column_of(plan, given, timestamp);
  const auto name = member(given.object, "name");
  timestamp.name = name ? name->text() : timestamp.column;
  return timestamp;
}

/// Tables may be without time; then they make a single chunk.
void go_without_time(RunPlan& plan, const Config& config) {
  if (const auto chunks = find_in(config.own, "global_config.n_chunks");
      chunks && plan.n_chunks > 1) {
    chunks->refuse("1, since there is no timestamp to make chunks by",
                   "Give learn.timestamp, an object with the column of the time.");
  }
  plan.n_chunks = 1;
}

void read_public_times(PublicTimes& times, const Config& config) {
  const auto read = [&](const char* path, std::optional<double>& to) {
    if (const auto found = config.first_given({path})) {
      to = found->number();
    }
  };
  read("public_times.begin", times.begin);
  read("public_times.end", times.end);
  read("public_times.shortest_gap", times.shortest_gap);
  read("public_times.longest_gap", times.longest_gap);
}

}  // namespace

void read_schema(RunPlan& plan, const Config& config, Notes& notes) {
  read_all_fields(plan, config, notes);
  demand_one_name_each(plan);
  const Given given = given_timestamp(config);
  if (given.object || given.text || convention_of(plan.input.format).implied) {
    plan.timestamp = read_timestamp(plan, given);
  } else {
    go_without_time(plan, config);
  }
  if (plan.timestamp && plan.timestamp->column.empty()) {
    plan.timestamp.reset();
  }
  read_public_times(plan.public_times, config);
}

}  // namespace tracetwin::netshare
