#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace/reader.h"

namespace tracetwin {

/// What a field's values are, and so how they are encoded. Every kind has a full public range;
/// nothing about it is read from the data.
enum class FieldKind : std::uint8_t {
  kAddress,   ///< IPv4 or IPv6 address
  kPort,      ///< 0 … 65535
  kProtocol,  ///< 0 … 255
  kTime,      ///< ns since the epoch, inside a window that is given or found privately
  kDuration,  ///< microseconds, >= 0
  kSize,      ///< packets and bytes of a flow, together
  kShape,     ///< packets in each direction of a conversation, together
  kLength,    ///< bytes of payload, 0 … 65535
  kByte,      ///< 0 … 255: TTL, TOS
  kCode,      ///< 0 … cells-1, every value public: TCP state, header policy
  kCategory,  ///< a text; its list declared, or released by thresholding
  kNumber,    ///< a real or whole number within declared bounds
  kShare,     ///< the originator's part of a record's packets or bytes, 0 … 1
};
std::string_view kind_name(FieldKind kind);

/// Columns of Zeek logs whose counts are kept as parts of the record's totals.
inline constexpr std::string_view kOriginatorsPackets = "orig_pkts";
inline constexpr std::string_view kOriginatorsBytes = "orig_ip_bytes";

__extension__ typedef unsigned __int128 FixedKey;

/// A field of a table: its name, kind and what is publicly known about it.
struct Field {
  std::string name;
  FieldKind kind = FieldKind::kCategory;
  /// kCategory: the declared list, kOtherCategory last; empty = to be released
  std::vector<std::string> values;
  std::uint32_t cells = 0;  ///< kCode
  double low = -kLargest;   ///< kNumber: values are clamped to [low, high]
  double high = kLargest;
  bool whole = false;           ///< kNumber: whole numbers only
  std::optional<int> decimals;  ///< kNumber: of a twin's; absent: six digits in all
  std::string summary;          ///< one line for `tracetwin list fields`
  /// The key (encode/codec.h) that it has in every record, publicly: nothing is learned of it.
  std::optional<FixedKey> fixed;

  static constexpr double kLargest = 1e15;
  /// Whether somebody said which numbers there may be.
  bool has_bounds() const { return low > -kLargest && high < kLargest; }
};

/// A span of time, ns since the epoch: [begin, end).
struct Window {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  bool holds(std::int64_t time_ns) const { return begin <= time_ns && time_ns < end; }
  /// Whether it is not empty and within the times that a trace may hold (trace/time_range.h).
  bool is_possible() const;
};

/// Why records, and conversations, that start outside a given window are left out.
inline constexpr std::string_view kOutsideWindow = "starts outside the given time window";

/// The text that stands for all those that are not among a category's values.
inline constexpr std::string_view kOtherCategory = "other";

/// A table of events, any log of records with a time and some columns, such as readings of sensors,
/// calls of services or page views: a flow log whose flow fields are the same in all records, and
/// are neither read nor written (encode/events.h).
struct EventTable {
  std::string time;                  ///< the column of the time; empty: there is none
  std::optional<int> time_scale;     ///< numbers in it are units of 10^scale ns; absent: us
  std::vector<std::string> key;      ///< columns that tell apart whose events these are
  std::vector<std::string> columns;  ///< all that a twin has, in order
  /// Columns of one number at one moment after the other: each record is a series.
  std::vector<std::string> steps;

  friend bool operator==(const EventTable&, const EventTable&) = default;
};

/// The fields that a model of one trace has. Public: made from the trace's kind, its column
/// names and the user's schema file, never from its values.
struct Schema {
  TraceKind kind = TraceKind::kFlows;
  std::vector<Field> fields;
  std::optional<Window> window;       ///< given by the user; absent = found privately
  std::vector<std::string> left_out;  ///< columns of the file that are no fields, for the user
  std::optional<EventTable> events;   ///< kFlows: of a table of events
};

/// The fields that every model of this kind of trace has, in order.
std::span<const Field> standard_fields(TraceKind kind);

/// Further facts about columns, from a schema file. See docs/formats.md for its grammar:
/// {"window": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
///  "columns": {"label": {"kind": "category", "values": ["benign", "attack"]},
///              "score": {"kind": "number", "min": 0, "max": 1, "whole": false},
///              "uid": {"kind": "ignore"}}}
/// and of a table of events, whose columns may be addresses and ports, too:
/// {"table": "events", "time": {"column": "when", "unit": "s"}, "key": ["user"],
///  "columns": {"user": {"kind": "category"}, "client": {"kind": "address"},
///              "site": {"kind": "category", "from": "page", "match": "^([^/]*)/"}},
///  "series": {"first": "2015-07-01", "last": "2016-12-31", "min": 0, "whole": true}}
struct Declarations {
  struct Column {
    std::string name;
    bool ignore = false;
    Field field;
    std::string from;  ///< of events: the file's column that it is made of; empty: that of its name
    std::string match =
        {};  ///< regular expression whose first group is the value; empty: all of it
  };
  /// Numbers on one scale in many columns of a table of events, in order of time.
  struct Series {
    std::vector<std::string> columns;
    std::string first, last;  ///< instead of them: all columns of the file from one to the other
    Field field;
  };
  std::vector<Column> columns;
  std::optional<Window> window;
  std::optional<EventTable> events;  ///< without its columns, which are the file's
  std::optional<Series> series;
};

/// Reads a schema file. Throws Error naming the file, the column, the key and what was expected.
Declarations read_declarations(const std::string& path);
/// The same from the file's text; `name` is what messages call it.
Declarations parse_declarations(std::string_view text, const std::string& name);

/// The schema of a flow log with these further columns: the standard fields, then each declared
/// column, then each column whose name says that it is a category (label, type, service, state, …);
/// identifiers (uid, …) and what the standard fields hold already are left out. A column that
/// nobody declared and whose name says nothing is left out and named in `left_out`. Declared values
/// get kOtherCategory as their last.
Schema flow_schema(std::span<const std::string> extra_columns, const Declarations& declarations);

/// Declared values end with what stands for all others.
void end_with_other(std::vector<std::string>& values);
/// Throws Error when a column is declared that is not among these.
void refuse_missing(const Declarations& declarations, std::span<const std::string> columns);

/// The schema of a capture.
Schema capture_schema(const Declarations& declarations);

}  // namespace tracetwin
