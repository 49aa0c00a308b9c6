#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tracetwin::evaluate {

/// Which way a metric improves; kFloor: the nearer to the floor, the better; kNone: shown as
/// information.
enum class Better { kLower, kHigher, kFloor, kNone };

/// kInfo: nothing is judged by it.
enum class Verdict { kInfo, kGood, kFair, kPoor };

/// How far from the floor a value may be, in the worse direction, to be called good or fair.
struct Marks {
  double good = 0;
  double fair = 0;
};

/// One number about a synthetic trace, and what it means.
struct Metric {
  std::string id = {};       ///< "netshare.jsd.srcip", part of the schema
  std::string name = {};     ///< for people
  std::string explain = {};  ///< one sentence
  std::string unit = {};     ///< "", "s", "%", …
  Better better = Better::kLower;
  double low = 0;                     ///< of its range
  std::optional<double> high = {};    ///< none: no bound
  std::optional<Marks> marks = {};    ///< none: nothing is judged by it
  std::optional<double> value = {};   ///< none: it does not apply, and `why` says why
  std::optional<double> spread = {};  ///< standard deviation over repeats
  std::string why = {};
  std::optional<double> floor = {};  ///< the same of real data against other real data
  /// What guessing gives: a floor better than that is no yardstick.
  std::optional<double> chance = {};
  std::optional<std::uint64_t> n = {};   ///< records (or conversations) that it is a share of
  bool hard = false;                     ///< no right twin fails here: to fail limits the section
  std::optional<double> memoriser = {};  ///< the same of the training data against the hold-out
  Verdict verdict = Verdict::kInfo;
};

struct Group {
  std::string id;
  std::string title;
  std::string explain;  ///< one sentence
  std::vector<Metric> metrics;
};

struct Section {
  std::string id;  ///< "fidelity", "usefulness", "safety", "validity"
  std::string title;
  std::string summary;  ///< one sentence
  Verdict verdict = Verdict::kInfo;
  std::vector<Group> groups;
};

/// All that is said about one synthetic trace.
struct Result {
  std::string name;
  Verdict verdict = Verdict::kInfo;
  std::vector<std::string> lines;  ///< three
  std::vector<Section> sections;   ///< in the order above
};

/// Facts about a trace, for the reader of the report.
struct TraceFacts {
  std::string name;
  std::string file;
  std::string format;
  std::string kind;  ///< "flows" or "packets"
  std::uint64_t records = 0;
  std::optional<std::uint64_t> packets;
  std::uint64_t flows = 0;  ///< records; of packets: conversations
  std::uint64_t skipped = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::string provenance;  ///< text of the twin's .summary.json, empty when there is none
};

struct Rank {
  std::string name;
  std::size_t rank = 1;  ///< traces that are equally good share one
  double score = 0;      ///< mean rank over what is compared
  std::vector<std::pair<std::string, double>> by;
  /// NetShare's normalised EMD of each field: 0.1 the best trace, 0.9 the worst.
  std::vector<std::pair<std::string, double>> normalised;
};

struct Axis {
  std::string label;
  std::string scale;  ///< "linear", "log", "category" or "time"
};

struct Series {
  std::string name;
  std::variant<std::vector<double>, std::vector<std::string>> x;
  std::vector<double> y;
};

struct HeatMap {
  std::string name;
  std::vector<std::vector<double>> values;
};

struct Plot {
  std::string id;
  std::string section;
  std::string kind;  ///< "cdf", "rank", "bars", "series", "tail", "curve" or "heatmap"
  std::string title;
  std::string explain;
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::vector<std::string> labels;  ///< heat maps: of rows and columns
  std::vector<HeatMap> maps;
};

struct Report {
  std::string made_by;
  std::string label_column;  ///< empty: none
  std::string floor_from;    ///< what the halves of the real trace are: "records", …
  std::uint64_t seed = 0;
  TraceFacts real;
  std::optional<TraceFacts> holdout;
  std::vector<TraceFacts> synthetic;
  std::vector<Result> results;  ///< parallel to `synthetic`
  std::vector<Rank> ranking;    ///< best first; empty for a single synthetic trace
  std::vector<Plot> plots;
};

/// The document of docs/scores_json.md.
nlohmann::ordered_json to_json(const Report& report);

/// "good", "fair", "poor" or "info".
std::string word(Verdict verdict);

}  // namespace tracetwin::evaluate
