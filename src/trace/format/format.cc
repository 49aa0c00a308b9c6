#include "trace/format/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "trace/format/foreign.h"
#include "trace/format/rows.h"
#include "trace/io/compress.h"

namespace tracetwin {
namespace {

constexpr std::size_t kHead = 1 << 16;

std::string names_of(bool (*wanted)(const Format&), std::string_view (*text)(const Format&)) {
  std::string list;
  for (const auto& format : formats()) {
    if (wanted(format)) {
      list += fmt::format("{}{}", list.empty() ? "" : ", ", text(format));
    }
  }
  return list;
}

std::string readable_names() {
  return names_of([](const Format& format) { return format.open_reader != nullptr; },
                  [](const Format& format) { return format.name; });
}

std::string writable_suffixes() {
  std::vector<std::string_view> suffixes;
  for (const auto& format : formats()) {
    for (const auto suffix : format.suffixes) {
      if (format.open_writer != nullptr && std::ranges::find(suffixes, suffix) == suffixes.end()) {
        suffixes.push_back(suffix);
      }
    }
  }
  return fmt::format("{}", fmt::join(suffixes, ", "));
}

/// The first bytes of a file, readable: printable text as it is, everything else in hexadecimal.
std::string first_bytes(std::string_view head) {
  constexpr std::size_t kText = 40;
  constexpr std::size_t kBytes = 8;
  const auto is_printable = [](char c) { return c >= ' ' && c < '\x7f'; };
  const std::string_view line = head.substr(0, std::min(head.find_first_of("\r\n"), kText));
  if (!line.empty() && std::ranges::all_of(line, is_printable)) {
    return fmt::format("\"{}\"", line);
  }
  std::string text;
  for (const char c : head.substr(0, kBytes)) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(c));
  }
  return text;
}

[[noreturn]] void refuse(const std::string& name, std::string_view head) {
  const auto kind = foreign_kind(head);
  const auto remedy = foreign_remedy(head);
  const std::string what =
      kind.empty() ? fmt::format("{} is of no format that can be read; it begins with {}", name,
                                 first_bytes(head))
                   : fmt::format("{} is {}, which cannot be read; it begins with {}", name, kind,
                                 first_bytes(head));
  throw Error(
      what, remedy.empty()
                ? fmt::format("Give a file in one of the formats {}; another table is read with "
                              "a schema file that declares its columns (tracetwin train --schema).",
                              readable_names())
                : std::string(remedy));
}

bool has_suffix(const Format& format, std::string_view suffix) {
  return std::ranges::find(format.suffixes, suffix) != format.suffixes.end();
}

std::string lower_suffix(const std::filesystem::path& path) {
  std::string suffix = without_compression(path).extension().string();
  std::ranges::transform(suffix, suffix.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return suffix;
}

[[noreturn]] void refuse_suffix(const std::filesystem::path& path, std::string_view suffix) {
  const std::string remedy =
      fmt::format("Use one of the suffixes {}, or name the format.", writable_suffixes());
  for (const auto& format : formats()) {
    if (has_suffix(format, suffix)) {
      throw Error(fmt::format("cannot write {}: {} can be read only", path.string(), format.name),
                  remedy);
    }
  }
  throw Error(
      suffix.empty()
          ? fmt::format("cannot tell the format of {}: it has no suffix", path.string())
          : fmt::format("cannot write {}: no format has the suffix {}", path.string(), suffix),
      remedy);
}

/// A table or JSON lines, by the first letter unless the format says which.
AnyReader open_mapped(Buffered input, SourceInfo info, std::string_view head, const ReadAs& as) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && head[first] == '{';
  info.format = !as.format.empty() ? as.format : json ? "json-lines" : "flow-csv";
  if (info.format == "json-lines") {
    return open_mapped_json_reader(std::move(input), std::move(info), as.columns);
  }
  if (info.format == "flow-csv") {
    return open_mapped_csv_reader(std::move(input), std::move(info), as.columns);
  }
  throw Error(
      fmt::format("{} is to be read as {}, whose columns cannot be named", info.name, info.format),
      "Name columns of flow-csv tables and json-lines.");
}

/// The rows of the table, in three parts.
std::vector<Format> capture_formats() {
  return {
      {"pcap",
       "capture of libpcap and tcpdump, micro- and nanoseconds",
       {".pcap", ".cap", ".dmp"},
       TraceKind::kPackets,
       sniff_pcap,
       open_pcap_reader,
       open_pcap_writer},
      {"pcapng",
       "capture of Wireshark, several interfaces",
       {".pcapng", ".ntar"},
       TraceKind::kPackets,
       sniff_pcapng,
       open_pcapng_reader,
       open_pcapng_writer},
  };
}

std::vector<Format> log_formats() {
  return {
      {"zeek",
       "Zeek conn.log, tab-separated",
       {".log", ".zeek", ".labeled"},
       TraceKind::kFlows,
       sniff_zeek_tsv,
       open_zeek_tsv_reader,
       open_zeek_tsv_writer},
      {"zeek-json",
       "Zeek conn.log, one JSON object a line",
       {".json", ".jsonl", ".ndjson"},
       TraceKind::kFlows,
       sniff_zeek_json,
       open_zeek_json_reader,
       nullptr},
      {"nfdump",
       "file of nfcapd, read through nfdump",
       {".nfdump", ".nfcapd"},
       TraceKind::kFlows,
       sniff_nfdump,
       open_nfdump_reader,
       nullptr},
      {"netflow-v5",
       "capture of NetFlow 5 datagrams (read: any NetFlow or IPFIX, through nfcapd)",
       {},
       TraceKind::kFlows,
       nullptr,
       open_netflow_reader,
       open_netflow_v5_writer},
      {"netflow-v9",
       "capture of NetFlow 9 datagrams (read: any NetFlow or IPFIX, through nfcapd)",
       {},
       TraceKind::kFlows,
       nullptr,
       open_netflow_reader,
       open_netflow_v9_writer},
      {"binetflow",
       "flow log of Argus' ra, comma- or tab-separated",
       {".binetflow"},
       TraceKind::kFlows,
       sniff_binetflow,
       open_binetflow_reader,
       nullptr},
      {"json-lines",
       "one flow a line as a JSON object, with flow-csv's names",
       {".json", ".jsonl", ".ndjson"},
       TraceKind::kFlows,
       sniff_json_lines,
       open_json_lines_reader,
       nullptr},
  };
}

std::vector<Format> table_formats() {
  return {
      {"packet-csv",
       "one packet a line with NetShare's columns",
       {".csv"},
       TraceKind::kPackets,
       sniff_packet_csv,
       open_packet_csv_reader,
       open_packet_csv_writer},
      {"flow-csv",
       "one flow a line with NetShare's columns",
       {".csv"},
       TraceKind::kFlows,
       sniff_flow_csv,
       open_flow_csv_reader,
       open_flow_csv_writer},
  };
}

}  // namespace

std::string shown_name(const std::filesystem::path& path) {
  return path == "-" ? "standard input" : path.string();
}

std::span<const Format> formats() {
  static const std::vector<Format> kFormats = [] {
    std::vector<Format> all = capture_formats();
    for (const auto& part : {log_formats(), table_formats()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kFormats;
}

const Format& format_named(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& format : formats()) {
    if (format.name == name) {
      return format;
    }
    names.emplace_back(format.name);
  }
  const auto near = nearest(name, names);
  throw Error(fmt::format("there is no format \"{}\"", name),
              near ? fmt::format("Did you mean {}?", *near)
                   : fmt::format("Use one of {}.", fmt::join(names, ", ")));
}

const Format& format_for_output(const std::filesystem::path& path, TraceKind kind) {
  const std::string suffix = lower_suffix(path);
  const Format* found = nullptr;
  for (const auto& format : formats()) {
    const bool fits = format.open_writer != nullptr && has_suffix(format, suffix);
    if (fits && (found == nullptr || (found->kind != kind && format.kind == kind))) {
      found = &format;
    }
  }
  if (found == nullptr) {
    refuse_suffix(path, suffix);
  }
  return *found;
}

AnyReader open_trace(const std::filesystem::path& path, const ReadAs& as) {
  SourceInfo info;
  info.name = shown_name(path);
  Buffered input(open_source(path, &info.compression));
  return open_trace(std::move(input), std::move(info), as);
}

TraceOpener plain_opener() {
  return [](const std::filesystem::path& path) { return open_trace(path); };
}

AnyReader open_trace(Buffered input, SourceInfo info, const ReadAs& as) {
  const auto bytes = input.head(kHead);
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (head.empty()) {
    const auto damage = input.source().damage();
    throw Error(damage.empty() ? fmt::format("{} is empty", info.name)
                               : fmt::format("{} holds nothing: {}", info.name, damage),
                "Give a file with at least a header and one record.");
  }
  if (!as.columns.empty()) {
    return open_mapped(std::move(input), std::move(info), head, as);
  }
  if (!as.format.empty()) {
    const Format& format = format_named(as.format);
    info.format = format.name;
    return format.open_reader(std::move(input), std::move(info));
  }
  for (const auto& format : formats()) {
    if (format.sniff != nullptr && format.sniff(head)) {
      info.format = format.name;
      return format.open_reader(std::move(input), std::move(info));
    }
  }
  refuse(info.name, head);
}

}  // namespace tracetwin
