#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "encode/codec.h"

namespace tracetwin {

/// What a twin repeats of the records that a network learned, beside what real records that it did
/// not learn repeat of them. Not private.
struct CopyCheck {
  /// `spread`: standard error of twin - unseen, with flows as what is drawn.
  struct Rate {
    double twin = 0;
    double unseen = 0;
    double spread = 0;
  };
  Rate records;     ///< parts that equal a learned record in all but time; `unseen`: that equal
                    ///< another learned record, as unseen ones would
  Rate tuples;      ///< the same of five-tuples
  Rate membership;  ///< `twin`: AUC of telling learned records from those of flows held out by
                    ///< their distance to the twin's nearest; `unseen` 0.5
  std::uint64_t learned = 0;   ///< records compared
  std::uint64_t held_out = 0;  ///< records that never trained

  /// Whether more was remembered than chance explains: three standard errors and a percent point
  /// (membership: three).
  bool exceeds() const;
  /// One line for people.
  std::string text() const;
};

/// Records of a trace, or a twin, for the comparison.
struct CopySide {
  std::span<const std::vector<Key>> rows;
  /// Parallel: as tokens, without those of time; how far records are from each other is in how many
  /// of these they differ.
  std::span<const std::vector<std::uint16_t>> tokens;
  std::span<const std::uint32_t> groups;  ///< parallel: flows; of a twin empty
};

/// The sides of a comparison.
struct CopySides {
  CopySide learned;
  CopySide twin;
  CopySide members;   ///< learned records of flows that might have been held out
  CopySide held_out;  ///< records of those that were
};

/// `time`: place of the time in a row. Membership is tried with 2,000 records of each side.
/// Deterministic.
CopyCheck check_copies(const CopySides& sides, std::size_t time);

nlohmann::ordered_json to_json(const CopyCheck& check);
/// The inverse. Throws Error on what is no part, or nlohmann's exception.
CopyCheck copy_check_from(const nlohmann::json& json);

}  // namespace tracetwin
