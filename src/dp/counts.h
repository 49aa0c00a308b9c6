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
  /// cell < size(), not checked.
  void add(std::size_t cell, std::int64_t amount = 1) { values_[cell] += amount; }
  /// Throws Error when the sizes differ.
  void merge(const PrivateCounts& other);
  /// For counting loops and for private statistics that are themselves paid for; never for models.
  std::span<const std::int64_t> exact() const { return values_; }
  std::span<std::int64_t> exact() { return values_; }

 private:
  std::vector<std::int64_t> values_;
};

/// Counts that may be published: made by the release functions of this file alone, and by joining
/// what they made. They may be negative.
class NoisyCounts {
 public:
  NoisyCounts() = default;
  /// Releases of disjoint cells, one behind the other; sigma is the largest of theirs.
  static NoisyCounts joined(std::span<const NoisyCounts> parts);
  /// Some of the cells, in the order of `cells`.
  NoisyCounts selected(std::span<const std::size_t> cells) const;
  /// Sums of the cells of each group, with the sigma of the largest group.
  NoisyCounts grouped(std::span<const std::vector<std::size_t>> groups) const;
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
///
/// Privacy: independent N_Z(0, sigma2) on integers whose vector moves by at most l2_sensitivity in
/// L2 costs gdp_cost() (dp/gdp.h), which the ledger booked. The number of cells is taken as public.
NoisyCounts release(const PrivateCounts& counts, const ReleaseRequest& request, Ledger& ledger);

struct HeavyRequest : ReleaseRequest {
  double false_cells = 0.05;  ///< expected empty cells of a stratum that pass, above 0, up to 30
  std::size_t most = 65535;   ///< keep at most so many cells of a stratum, the largest after noise
  std::int64_t floor = 0;     ///< never a threshold below this
};

using KeyCounts = std::unordered_map<Key, std::int64_t, KeyHash>;

/// A public part of a domain too large to enumerate (all IPv4 addresses, say). The strata of one
/// release are disjoint and a record is in one of them (parallel composition: one payment).
struct Stratum {
  KeyCounts counts;                           ///< exact, of the non-empty cells; private
  double log2_cells = 0;                      ///< log2 of the public number of cells, 0 to 128
  std::function<Key(NoiseSource&)> draw_key;  ///< a uniformly drawn cell
};

/// The cells of a stratum whose noisy counts stood out.
struct HeavyRelease {
  std::vector<Key> keys;  ///< ascending
  NoisyCounts counts;     ///< parallel to keys, each >= threshold
  std::int64_t threshold = 0;
};

/// A noisy histogram over huge public domains of which only the cells at or above a threshold are
/// kept; one result a stratum, one reservation for all. The law is that of noising every cell:
/// non-empty cells get noise and are dropped below the threshold; how many of the `empty` others
/// pass is drawn from Binomial(empty, P[noise >= threshold]), their keys by `draw_key` (again when
/// one hits a non-empty cell or one drawn before), their counts from the noise's tail. The
/// threshold is the smallest integer T >= max(floor, 1) with 2^log2_cells * P[noise >= T] <=
/// false_cells, so it depends on nothing private. Keys must lie in the domain; a count of 0 is as
/// if it were absent. Equal noisy counts at the limit `most` are taken by ascending key. Without a
/// budget: exact counts, T = max(floor, 1), no false cells. Throws Error on an impossible request,
/// on negative counts, or when draw_key keeps repeating itself.
///
/// Privacy: noising all cells of public domains costs what it does in release(); dropping those
/// below a public threshold and keeping the `most` largest noisy ones is post-processing. A cell
/// that is empty and one that holds a record differ exactly as under that mechanism, up to the
/// relative error of P[noise >= T] (below 1e-9, pure epsilon) and of the number drawn (2^-53 in
/// total variation).
std::vector<HeavyRelease> release_heavy(std::span<const Stratum> strata,
                                        const HeavyRequest& request, Ledger& ledger);

/// Partition selection: categories that nobody declared. Each present category (count > 0) gets
/// noise and is released when it reaches T, the smallest integer with m P[noise >= T - m] <=
/// delta_t, for a unit that has at most m = l2_sensitivity (a whole number) records; delta_t is
/// taken from the ledger's threshold delta (its whole remainder divided by `uses_left` >= 1).
/// Without a budget every present category is released. Throws Error (exit 3) when no threshold
/// delta is left.
///
/// Privacy: a category present with and without the unit is noised as in release(); one that only
/// the unit makes present has a count of at most m and shows with probability P[m + noise >= T] <=
/// delta_t / m, and without the unit never; there are at most m of them. So the release costs rho
/// but for an event of probability delta_t, which the ledger has set aside from delta. It protects
/// single units only, not groups.
struct CategoryRelease {
  std::vector<std::string> names;  ///< sorted
  NoisyCounts counts;              ///< parallel to names
  std::int64_t threshold = 0;
};
CategoryRelease release_categories(const std::unordered_map<std::string, std::int64_t>& counts,
                                   const ReleaseRequest& request, int uses_left, Ledger& ledger);

}  // namespace tracetwin::dp
