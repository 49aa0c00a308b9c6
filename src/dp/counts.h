#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dp/ledger.h"

namespace tracetwin::dp {

__extension__ typedef unsigned __int128 Key;  ///< a value or a cell of a very large domain

struct KeyHash {
  std::size_t operator()(Key key) const noexcept {
    const auto high = static_cast<std::uint64_t>(key >> 64);
    const auto low = static_cast<std::uint64_t>(key);
    std::uint64_t h = (low ^ (high * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL;
    return static_cast<std::size_t>(h ^ (h >> 32));
  }
};

/// Exact counts of private records, one per cell. Private: there is no way to a NoisyCounts but
/// through release(). Merging adds; integers only, so order does not matter.
class PrivateCounts {
 public:
  explicit PrivateCounts(std::size_t cells) : values_(cells) {}
  explicit PrivateCounts(std::vector<std::int64_t> values) : values_(std::move(values)) {}

  std::size_t size() const { return values_.size(); }
  void add(std::size_t cell, std::int64_t amount = 1) { values_[cell] += amount; }
  void merge(const PrivateCounts& other);
  /// For counting loops and for private statistics that are themselves paid for; never for models.
  std::span<const std::int64_t> exact() const { return values_; }
  std::span<std::int64_t> exact() { return values_; }

 private:
  std::vector<std::int64_t> values_;
};

/// Counts that may be published: made by the release functions of this file alone, and by joining
/// or loading what they made.
class NoisyCounts {
 public:
  NoisyCounts() = default;
  /// Releases of disjoint cells, one behind the other; sigma is the largest of theirs.
  static NoisyCounts joined(std::span<const NoisyCounts> parts);
  std::span<const std::int64_t> values() const { return values_; }
  std::size_t size() const { return values_.size(); }
  /// Standard deviation parameter of the noise; 0 without a guarantee.
  double sigma() const { return sigma_; }

 private:
  friend class Releaser;
  NoisyCounts(std::vector<std::int64_t> values, double sigma)
      : values_(std::move(values)), sigma_(sigma) {}
  std::vector<std::int64_t> values_;
  double sigma_ = 0;
};

/// What a release is for and what it may cost.
struct ReleaseRequest {
  std::string stage;
  std::string what;
  double rho = 0;             ///< price, > 0; ignored by a ledger without a budget
  double l2_sensitivity = 1;  ///< of the whole vector, for one unit more or less
};

/// Adds discrete Gaussian noise to every cell, after paying. Throws Error (exit 3) when the ledger
/// refuses; nothing is released then.
NoisyCounts release(const PrivateCounts& counts, const ReleaseRequest& request, Ledger& ledger);

struct HeavyRequest : ReleaseRequest {
  double log2_cells = 0;       ///< log2 of the size of the public domain
  double false_cells = 0.05;   ///< expected number of empty cells that pass the threshold
  std::size_t most = 65535;    ///< keep at most so many, the largest (after noise)
  std::int64_t floor = 0;      ///< never a threshold below this
};

/// The cells of a huge public domain whose noisy counts stood out.
struct HeavyRelease {
  std::vector<Key> keys;  ///< ascending
  NoisyCounts counts;     ///< parallel to keys, each >= threshold
  std::int64_t threshold = 0;
};

/// A noisy histogram over a *public* domain too large to enumerate (all IPv4 addresses, say), of
/// which only the cells at or above a threshold are kept. The law is exactly that of noising
/// every cell: non-empty cells get noise and are dropped below the threshold; how many empty ones
/// pass is drawn from Poisson(empty * P[noise >= threshold]) (the binomial's limit; total
/// variation at most that probability, < 1e-8), their keys by `draw_key` uniformly from the
/// domain (again when it hits a non-empty cell), their counts from the noise's tail. The
/// threshold is the smallest integer T with 2^log2_cells * P[noise >= T] <= false_cells, so it
/// depends on nothing private. Without a budget: T = max(floor, 1), no false cells.
using KeyCounts = std::unordered_map<Key, std::int64_t, KeyHash>;
HeavyRelease release_heavy(const KeyCounts& counts, const HeavyRequest& request,
                           const std::function<Key(NoiseSource&)>& draw_key, Ledger& ledger);

/// Partition selection: categories that nobody declared. Each present category gets noise and is
/// released when it reaches T, the smallest integer with P[noise >= T - 1] <= delta_t; delta_t is
/// taken from the ledger's threshold delta (its whole remainder divided by `uses_left`).
/// l2_sensitivity must be 1 and one unit must touch one category. Without a budget every category
/// is released.
struct CategoryRelease {
  std::vector<std::string> names;  ///< sorted
  NoisyCounts counts;              ///< parallel to names
  std::int64_t threshold = 0;
};
CategoryRelease release_categories(const std::unordered_map<std::string, std::int64_t>& counts,
                                   const ReleaseRequest& request, int uses_left, Ledger& ledger);

}  // namespace tracetwin::dp
