#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dp/report.h"
#include "encode/host_spread.h"
#include "encode/vocabulary.h"
#include "engine/marginal/conditional.h"
#include "engine/marginal/table_model.h"
#include "pipeline/copy_check.h"
#include "schema/field.h"
#include "series/model.h"
#include "tokens/model.h"
#include "trace/assemble.h"
#include "trace/frame.h"

namespace tracetwin {

/// What is learned of packets inside their conversations; captures only. See encode/step_tables.h
/// for the tables.
struct PacketModel {
  std::size_t steps_per_conversation = 0;  ///< contributed at most so many packets each
  FlowTimeouts timeouts;
  LinkType link = LinkType::kEthernet;  ///< from the capture's header
  std::uint32_t snap_length = 0;        ///< likewise; 0 = none
  bool nanoseconds = false;             ///< likewise
  Vocabulary payload_codes;
  engine::Conditional directions;
  engine::Conditional payloads;
  engine::Conditional gaps;
};

/// A trained model: all that a .twin file holds. No record of the trace is in it, and nothing
/// about it but what `ledger` lists.
struct TwinModel {
  std::string engine;
  Schema schema;
  Window window;                              ///< of the starts of flows
  std::vector<Vocabulary> vocabularies;       ///< one a field
  std::vector<HostSpread> hosts;              ///< one a field; of kAddress fields
  engine::TableModel table;                   ///< empty where there is `series` or `tokens`
  std::optional<series::SeriesModel> series;  ///< of time-series engines
  std::optional<tokens::TokenModel> tokens;   ///< of engines of tokens
  std::optional<PacketModel> packets;
  std::optional<CopyCheck> copies;  ///< engines of tokens: what they remembered
  dp::LedgerReport ledger;
  std::uint64_t seed = 0;     ///< of training (choice of packets within conversations)
  std::string made_by;        ///< "tracetwin 0.1.0"
  std::string source_format;  ///< "pcap", "zeek", …
};

}  // namespace tracetwin
