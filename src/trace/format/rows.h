#pragma once

#include <memory>
#include <string_view>

#include "trace/format/format.h"

/// The functions behind the rows of the format table: one sniff / open / write triple a format,
/// each defined in its own folder.
namespace tracetwin {

bool sniff_pcap(std::string_view head);
AnyReader open_pcap_reader(Buffered input, SourceInfo info);
AnyWriter open_pcap_writer(ByteSink& sink, const WriterOptions& options);

bool sniff_pcapng(std::string_view head);
AnyReader open_pcapng_reader(Buffered input, SourceInfo info);
AnyWriter open_pcapng_writer(ByteSink& sink, const WriterOptions& options);

bool sniff_flow_csv(std::string_view head);
AnyReader open_flow_csv_reader(Buffered input, SourceInfo info);
AnyWriter open_flow_csv_writer(ByteSink& sink, const WriterOptions& options);

bool sniff_packet_csv(std::string_view head);
AnyReader open_packet_csv_reader(Buffered input, SourceInfo info);
AnyWriter open_packet_csv_writer(ByteSink& sink, const WriterOptions& options);

bool sniff_zeek_tsv(std::string_view head);
AnyReader open_zeek_tsv_reader(Buffered input, SourceInfo info);
AnyWriter open_zeek_tsv_writer(ByteSink& sink, const WriterOptions& options);

bool sniff_zeek_json(std::string_view head);
AnyReader open_zeek_json_reader(Buffered input, SourceInfo info);

bool sniff_json_lines(std::string_view head);
AnyReader open_json_lines_reader(Buffered input, SourceInfo info);
AnyReader open_mapped_json_reader(Buffered input, SourceInfo info, const ColumnMap& map);

AnyReader open_mapped_csv_reader(Buffered input, SourceInfo info, const ColumnMap& map);

bool sniff_binetflow(std::string_view head);
AnyReader open_binetflow_reader(Buffered input, SourceInfo info);

bool sniff_nfdump(std::string_view head);
AnyReader open_nfdump_reader(Buffered input, SourceInfo info);

/// Not sniffed: a capture whose packets carry NetFlow is a capture, too.
AnyReader open_netflow_reader(Buffered input, SourceInfo info);
AnyWriter open_netflow_v5_writer(ByteSink& sink, const WriterOptions& options);
AnyWriter open_netflow_v9_writer(ByteSink& sink, const WriterOptions& options);

}  // namespace tracetwin
