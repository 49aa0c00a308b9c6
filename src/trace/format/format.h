#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/atomic_file.h"
#include "trace/format/text/column_map.h"
#include "trace/io/byte_source.h"
#include "trace/reader.h"
#include "trace/writer.h"

namespace tracetwin {

/// What to write, as far as a writer has to know it before the first record.
struct WriterOptions {
  LinkType link = LinkType::kEthernet;     ///< captures
  std::uint32_t snap_length = 0;           ///< captures, 0 = 262144
  bool nanoseconds = false;                ///< captures: nanosecond time stamps
  std::vector<std::string> extra_columns;  ///< flow logs: names of FlowBatch::extras
};

using AnyReader = std::variant<std::unique_ptr<FrameReader>, std::unique_ptr<PacketReader>,
                               std::unique_ptr<FlowReader>>;
using AnyWriter = std::variant<std::unique_ptr<FrameWriter>, std::unique_ptr<PacketWriter>,
                               std::unique_ptr<FlowWriter>>;

/// One row of the format table. A format that cannot be written has no `open_writer`.
struct Format {
  std::string_view name;                   ///< "pcapng", as in --format
  std::string_view summary;                ///< one line for `tracetwin list formats`
  std::vector<std::string_view> suffixes;  ///< ".pcap", …; the first format naming one has it
  TraceKind kind;
  /// Whether a file that begins with these bytes (up to 64 KiB, unpacked) is of this format. Null
  /// where nothing tells: such files are read when the format is named.
  bool (*sniff)(std::string_view head);
  AnyReader (*open_reader)(Buffered input, SourceInfo info);
  AnyWriter (*open_writer)(ByteSink& sink, const WriterOptions& options);
};

/// All formats, in the order in which they are sniffed.
std::span<const Format> formats();

/// The row called `name`; throws Error that suggests the nearest.
const Format& format_named(std::string_view name);

/// The writable format for a path by its suffix (compression suffix ignored). `kind` chooses where
/// one suffix serves both kinds (".csv"). Throws Error naming the suffixes that there are.
const Format& format_for_output(const std::filesystem::path& path, TraceKind kind);

/// What a file is read as where its content is not to decide.
struct ReadAs {
  std::string format;  ///< a row of the table; empty: by the content
  ColumnMap columns;   ///< of a CSV table or JSON lines; not empty: one of these
};

/// Opens any readable file (io/byte_source.h), by its content unless `as` says otherwise. Throws
/// Error when no format fits, naming the first bytes and the readable formats; an empty file is an
/// error.
AnyReader open_trace(const std::filesystem::path& path, const ReadAs& as = {});
/// The same of a stream that is open; `info` has its name and compression.
AnyReader open_trace(Buffered input, SourceInfo info, const ReadAs& as = {});

/// Opens a trace by its name.
using TraceOpener = std::function<AnyReader(const std::filesystem::path&)>;
/// The one that is open_trace() by content.
TraceOpener plain_opener();

/// What messages call a file: its path, or "standard input" for "-".
std::string shown_name(const std::filesystem::path& path);

/// Packets from a frame reader (decoding each frame) or from a packet reader; Error for flows.
std::unique_ptr<PacketReader> packets_of(AnyReader reader);

}  // namespace tracetwin
