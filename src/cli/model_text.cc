#include "cli/model_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/text_table.h"

namespace tracetwin::cli {
namespace {

/// How many records (conversations) a twin of the whole has.
std::uint64_t records_of(const TwinModel& model) {
  if (!model.series) {
    return model.tokens ? model.tokens->records : static_cast<std::uint64_t>(model.table.records);
  }
  std::uint64_t records = 0;
  for (const series::Chunk& chunk : model.series->scheme.chunks) {
    records += model.packets ? chunk.flows : chunk.records;
  }
  return records;
}

std::string heading(const TwinModel& model) {
  const bool flows = model.schema.kind == TraceKind::kFlows;
  return fmt::format(
      "Model of a {} ({}), made by {}\n"
      "  engine          {}\n"
      "  training seed   {}\n"
      "  time window     {} .. {} ({})\n"
      "  about           {} {}\n",
      model.schema.events ? "table of events"
      : flows             ? "flow log"
                          : "capture",
      model.source_format, model.made_by, model.engine, model.seed,
      format_rfc3339(model.window.begin), format_rfc3339(model.window.end),
      model.schema.window ? "given by the user" : "found in the trace",
      with_thousands(records_of(model)),
      model.schema.events ? "events"
      : flows             ? "flow records"
                          : "conversations");
}

std::string fields_text(const TwinModel& model) {
  TextTable table(48);
  table.add({"field", "kind", "codes", "such as"});
  for (std::size_t f = 0; f < model.vocabularies.size(); ++f) {
    const Vocabulary& vocabulary = model.vocabularies[f];
    if (model.schema.fields[f].fixed) {
      continue;
    }
    table.add({model.schema.fields[f].name, std::string(kind_name(model.schema.fields[f].kind)),
               fmt::format("{}", vocabulary.cells()), vocabulary.describe(0)});
  }
  return "\nFields\n" + table.text();
}

std::string tables_text(const TwinModel& model) {
  TextTable table(96);
  table.add({"joint table of", "cells", "noise sigma"});
  for (const auto& part : model.table.parts) {
    if (part.probabilities.size() == 1) {
      continue;  // of a fixed field
    }
    std::string names;
    for (const auto attribute : part.clique) {
      names += (names.empty() ? "" : " x ") + model.table.domain[attribute].name;
    }
    table.add(
        {names, fmt::format("{}", part.probabilities.size()), fmt::format("{:.2f}", part.sigma)});
  }
  return "\nTables\n" + table.text();
}

std::size_t numbers_of(const engine::Weights& weights) {
  std::size_t numbers = 0;
  for (const engine::Tensor& tensor : weights.tensors()) {
    numbers += tensor.values.size();
  }
  return numbers;
}

std::string series_text(const series::SeriesModel& model) {
  const doppelganger::Layout layout = series::layout_of(model.scheme);
  TextTable table(48);
  table.add({"chunk from", "to", "flows", "records", "weights"});
  for (std::size_t c = 0; c < model.chunks.size(); ++c) {
    const series::Chunk& chunk = model.scheme.chunks[c];
    table.add({format_rfc3339(chunk.begin_ns), format_rfc3339(chunk.end_ns),
               with_thousands(chunk.flows), with_thousands(chunk.records),
               with_thousands(numbers_of(model.chunks[c]))});
  }
  std::string text = fmt::format(
      "\nNetworks\n"
      "  {} numbers a flow, {} a record, at most {} records; {} records a step\n{}",
      doppelganger::width_of(layout.attributes) + doppelganger::width_of(layout.additional),
      doppelganger::width_of(layout.features), model.scheme.most_records, model.options.sample_len,
      table.text());
  for (const series::Ranked& row : model.ranking) {
    text += fmt::format("  {}: mean rank {:.2f} of {} when checkpoints were compared\n", row.name,
                        row.score, model.ranking.size());
  }
  for (std::size_t c = 0; c < model.chunk_rankings.size(); ++c) {
    if (!model.chunk_rankings[c].empty()) {
      text += fmt::format("  in chunk {} alone: {} first\n", c + 1,
                          model.chunk_rankings[c].front().name);
    }
  }
  return text;
}

std::string network_text(const char* what, const autoregressive::Layout& layout,
                         const engine::Weights& weights) {
  return fmt::format("  {}: {} tokens, {} weights\n", what, layout.size(),
                     with_thousands(numbers_of(weights)));
}

std::string tokens_text(const TwinModel& model) {
  const tokens::TokenModel& networks = *model.tokens;
  std::string text = "\nNetworks\n" + network_text(model.packets ? "conversations" : "records",
                                                   layout_of(networks.scheme), networks.weights);
  if (networks.packets) {
    text += network_text("packets", layout_of(networks.packets->scheme), networks.packets->weights);
  }
  if (model.copies) {
    text += "  copies: " + model.copies->text() + "\n";
  }
  return text;
}

std::string learned_text(const TwinModel& model) {
  if (model.series) {
    return series_text(*model.series);
  }
  return model.tokens ? tokens_text(model) : tables_text(model);
}

std::string packets_text(const PacketModel& packets) {
  return fmt::format(
      "\nPackets\n"
      "  a conversation contributed at most {} packets; idle timeout {}, active timeout {}\n"
      "  payload codes {}; tables: directions {}, payloads {}, gaps {} cells\n",
      packets.steps_per_conversation, format_duration(packets.timeouts.idle_ns),
      format_duration(packets.timeouts.active_ns), packets.payload_codes.cells(),
      packets.directions.probabilities().size(), packets.payloads.probabilities().size(),
      packets.gaps.probabilities().size());
}

std::string privacy_text(const dp::LedgerReport& ledger) {
  std::string text = "\nPrivacy\n";
  for (const std::string& line : ledger.lines()) {
    text += "  " + line + "\n";
  }
  return text;
}

}  // namespace

std::string model_text(const TwinModel& model) {
  return heading(model) + fields_text(model) + learned_text(model) +
         (model.packets ? packets_text(*model.packets) : "") + privacy_text(model.ledger);
}

}  // namespace tracetwin::cli
