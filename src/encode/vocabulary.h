#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/packed_column.h"
#include "dp/counts.h"
#include "dp/ledger.h"
#include "encode/codec.h"
#include "schema/field.h"
#include "work/ranks.h"

namespace tracetwin {

/// The values of one field of a private trace, one key a record; for kCategory keys are indices
/// into `names`. Private.
struct PrivateColumn {
  PackedColumn values;
  std::vector<std::string> names;
};

/// What learning a vocabulary may cost and keep.
struct VocabularyOptions {
  double rho_per_release = 0;  ///< each level of the codec is one release
  double name_rho = 0;         ///< price of the list of an undeclared category's names
  double l2_sensitivity = 1;
  double false_cells = 0.5;        ///< expected number of empty cells of the last level that stay
  double fine_false_cells = 0.05;  ///< likewise, of each finer level
  std::size_t most_tokens = 400;   ///< per level
  std::int64_t floor = 0;          ///< without a budget: rarest value with a code of its own
  int category_releases = 1;       ///< how many columns share the ledger's threshold delta
  work::Ranks ranks = {};          ///< the processes that count together
};

/// The codes of one field: which cells, of which level of its codec, are told apart. Learned from
/// private values through the ledger: level by level, finest first, a noisy histogram over the
/// whole public domain opens the cells that stand out; the records that none of them covers are
/// measured on the next level; of the last, enumerable level the cells above the noise are kept,
/// and of the others runs of 2, 4, 8, … neighbours whose sum is.
/// So every code stands for public facts plus released counts, and nothing else about the data
/// decides a bin (compare the binning step of NetDPSyn, which looks).
///
/// Decoding draws from a code's cell by the codec's public prior: a rare value is never put back.
class Vocabulary {
 public:
  struct Token {
    std::uint8_t level = 0;
    Key cell = 0;
    std::uint32_t span = 1;  ///< so many cells from `cell` on; more than 1 on the last level only
  };
  struct Learned;

  /// Spends codec.levels() releases. Throws Error (exit 3) when the ledger refuses.
  static Learned learn(const Field& field, const Window& window, const PrivateColumn& column,
                       const VocabularyOptions& options, dp::Ledger& ledger);

  /// That of a field whose value is fixed: one code, which costs nothing.
  static Vocabulary of_fixed(const Field& field);

  /// The same vocabulary with at most `most` codes: neighbouring tokens share one, the smallest
  /// first, so that heavy ones stay alone; a code decodes to its tokens in proportion to `counts`,
  /// their released counts. For kinds whose values lie in a line (ports, addresses, times,
  /// durations, lengths, numbers); others stay as they are. Post-processing: costs nothing.
  Learned grouped(const dp::NoisyCounts& counts, std::size_t most) const;

  /// Number of codes.
  std::uint32_t cells() const { return static_cast<std::uint32_t>(members_.size()); }
  const std::vector<Token>& tokens() const { return tokens_; }
  /// kCategory: the text behind each code.
  const std::vector<std::string>& names() const { return names_; }
  const Codec& codec() const { return *codec_; }

  /// Codes of private values. `column` must be the kind of column learned from.
  PackedColumn encode(const PrivateColumn& column) const;
  std::uint16_t encode(Key value) const;
  /// A value with this code, drawn by the public prior; not a value that a finer code stands for.
  Key decode(std::uint16_t code, Random& random) const;
  /// The same in two steps: one of the tokens that share a code, and a value of it.
  std::uint16_t pick(std::uint16_t code, Random& random) const;
  Key draw(std::uint16_t token, Random& random) const;
  /// Whether a token stands for this value alone.
  bool has_own_code(Key value) const {
    return tokens_[token_of(value)].level == 0 && codec_->levels() > 1;
  }
  std::string describe(std::uint16_t code) const;

  nlohmann::json to_json() const;
  /// Throws Error when `json` is not what to_json() of such a field gives.
  static Vocabulary from_json(const Field& field, const Window& window, const nlohmann::json& json);

 private:
  /// One code a token.
  Vocabulary(std::shared_ptr<const Codec> codec, std::vector<Token> tokens,
             std::vector<std::string> names);
  /// Indices of a private column's texts in `names`; texts not among them get the last one, which
  /// is that of kOtherCategory.
  static std::vector<Key> translate(const PrivateColumn& column,
                                    std::span<const std::string> names);
  void set_groups(std::vector<std::vector<std::uint16_t>> members, std::vector<double> weights);
  std::uint16_t token_of(Key value) const;
  Key draw(const Token& token, Random& random) const;

  std::shared_ptr<const Codec> codec_;
  std::vector<Token> tokens_;
  std::vector<std::string> names_;
  std::vector<std::unordered_map<Key, std::uint16_t, dp::KeyHash>> token_at_;  ///< by level
  std::vector<std::uint16_t> last_;  ///< by cell of the last level, given-up cells remapped
  std::vector<std::vector<std::uint16_t>> members_;  ///< tokens of each code
  std::vector<std::uint16_t> code_of_;               ///< of each token
  std::vector<double> weights_;                      ///< of each token within its code
};

struct Vocabulary::Learned {
  Vocabulary vocabulary;
  dp::NoisyCounts counts;  ///< by code: the field's one-way measurement
};

}  // namespace tracetwin
