#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/random.h"
#include "encode/codec.h"
#include "encode/vocabulary.h"
#include "schema/field.h"
#include "trace/flow.h"
#include "trace/skips.h"

namespace tracetwin {

/// Records of a flow log, taken apart into one private column for each field of a schema.
class FlowColumns {
 public:
  /// `extra_columns` are the reader's, in its order. A field of `schema` that is not among them
  /// has the value "-" in every record. Records that start outside schema.window, when it was
  /// given, are left out.
  FlowColumns(const Schema& schema, const std::vector<std::string>& extra_columns);

  /// The columns of the batches that follow, which are of another file.
  void set_columns(const std::vector<std::string>& extra_columns);
  void add(const FlowBatch& batch);
  std::size_t rows() const { return rows_; }
  /// By line: records outside the window; events that lack a number, address or port; texts that
  /// are not among their field's declared values and became kOtherCategory; texts of a field
  /// declared as a number that are none and became its lower bound.
  const Skips& skips() const { return skips_; }
  const std::vector<PrivateColumn>& columns() const { return columns_; }
  std::vector<PrivateColumn> take_columns() { return std::move(columns_); }

 private:
  /// Indices of the records to keep.
  std::vector<std::size_t> choose(const FlowBatch& batch);
  void add_category(std::size_t field, std::string_view text, std::uint64_t line);
  void add_number(std::size_t field, std::string_view text, std::uint64_t line);
  /// Of a table of events: the first field that `text` is no value of, or none.
  const Field* missing(const FlowBatch& batch, std::size_t i) const;
  std::string_view text_of(std::size_t field, const FlowBatch& batch, std::size_t i) const;
  void add_share(std::size_t field, std::string_view text, const FlowRecord& record);

  Schema schema_;
  std::vector<std::size_t> extra_of_field_;  ///< index into FlowBatch::extras
  std::vector<PrivateColumn> columns_;
  std::vector<std::unordered_map<std::string, std::size_t>> ids_;  ///< of category texts
  std::vector<std::vector<bool>> foreign_;  ///< by field and id: not among the declared values
  std::size_t rows_ = 0;
  std::uint64_t read_ = 0;  ///< records met, kept or not
  Skips skips_;
};

/// Names of the fields behind the standard ones, which a writer has as further columns.
std::vector<std::string> extra_names(const Schema& schema);

/// Puts one decoded row (keys parallel to schema.fields) together as a record that the protocols
/// allow, whatever the model drew: one packet has no duration; bytes lie between the headers'
/// minimum and 1500 a packet; only TCP, UDP and their kin have ports, and they are not 0; ICMP
/// follows the address family; the two ends differ. Extras are appended to batch.extras.
void append_record(const Schema& schema, const std::vector<Key>& row,
                   const std::vector<Vocabulary>& vocabularies, Random& random, FlowBatch& batch);

/// The row that record `i` of a batch, which append_record() made of `row`, is read back as; of
/// fields of kind kShare, the number of packets or bytes.
std::vector<Key> row_of_record(const Schema& schema, const std::vector<Key>& row,
                               const FlowBatch& batch, std::size_t i);

/// The parts of that which captures need too: makes the tuple one that can exist.
void make_possible(FiveTuple& tuple, Random& random);

/// Smallest IP packet of a protocol, bytes.
std::uint64_t least_packet_bytes(const FiveTuple& tuple);

}  // namespace tracetwin
