// Where many of a code's values satisfy the bounds, drawing until one does is quick and follows
// the code's own distribution. Where few do (one address of a /4), values are proposed from the
// bounds instead and taken if they have that code: inside so small a part the code's prior is flat
// enough. How large such a part is follows from how densely the code's values lie around it.
#include "where/field_draw.h"

#include <algorithm>

namespace tracetwin {
namespace {

constexpr std::size_t kMostDraws = 4096;    // of a code
constexpr std::size_t kLeastDraws = 512;    // likewise
constexpr std::size_t kAllDraws = 1 << 18;  // of a vocabulary, about
constexpr std::size_t kFewHits = 32;        // too few to estimate a share from
constexpr std::size_t kNeighbours = 16;     // on either side, for a density
constexpr std::size_t kProposals = 256;     // to estimate a small share from
constexpr int kPatience = 4096;             // tries for one value
constexpr double kOften = 1.0 / 64;         // a share that drawing again copes with
constexpr std::uint64_t kStream = 0x7768657265;

Key plus(Key a, Key b) {
  return a > ~Key{0} - b ? ~Key{0} : a + b;
}

/// Where values drawn lie, and a little more on either side: a few drawn rarely meet both ends.
KeySet around(const std::vector<Key>& sorted) {
  const Key reach = (sorted.back() - sorted.front()) / sorted.size() * kNeighbours;
  return KeySet::range(sorted.front() > reach ? sorted.front() - reach : 0,
                       plus(sorted.back(), reach));
}

/// Whether some token stands for the value. Of those that none stands for, encode() says which is
/// the nearest, but decode() never gives them.
bool is_covered(const Vocabulary& vocabulary, Key value) {
  const auto& tokens = vocabulary.tokens();
  return std::any_of(tokens.begin(), tokens.end(), [&](const Vocabulary::Token& token) {
    const Key cell = vocabulary.codec().cell(token.level, value);
    return cell != kNoCell && token.cell <= cell && cell - token.cell < token.span;
  });
}

/// The key with another quantity.
Key with_quantity(Quantity quantity, Key key, Key value) {
  const auto number = static_cast<std::uint64_t>(value);
  switch (quantity) {
    case Quantity::kFirst:
      return pair_key(number, second_of(key));
    case Quantity::kSecond:
      return pair_key(first_of(key), number);
    case Quantity::kSum: {
      const std::uint64_t second = std::min(second_of(key), number);
      return pair_key(number - second, second);
    }
    case Quantity::kWhole:
      break;
  }
  return value;
}

}  // namespace

/// Share of the code's values per key, around `key`.
double FieldDraw::Sample::density(Key key) const {
  const auto place = static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), key) -
                                              sorted.begin());
  const std::size_t low = place > kNeighbours ? place - kNeighbours : 0;
  const std::size_t high = std::min(place + kNeighbours, sorted.size() - 1);
  const double keys = static_cast<double>(sorted[high] - sorted[low]) + 1;
  return static_cast<double>(high - low) / static_cast<double>(sorted.size()) / keys;
}

FieldDraw::FieldDraw(const Vocabulary& vocabulary, std::vector<Bound> bounds)
    : vocabulary_(vocabulary), bounds_(std::move(bounds)), near_(vocabulary.cells()) {
  const std::size_t draws =
      std::clamp(kAllDraws / std::max(1U, vocabulary.cells()), kLeastDraws, kMostDraws);
  for (std::uint32_t code = 0; code < vocabulary.cells(); ++code) {
    shares_.push_back(share_of(static_cast<std::uint16_t>(code), draws));
  }
}

bool FieldDraw::holds(Key value) const {
  return std::all_of(bounds_.begin(), bounds_.end(), [value](const Bound& bound) {
    return bound.second.contains(quantity_of(bound.first, value));
  });
}

FieldDraw::Samples FieldDraw::sample(std::uint16_t code, std::size_t draws,
                                     std::size_t& hits) const {
  Random random(0, mix(kStream, code));
  Samples samples(bounds_.size());
  hits = 0;
  for (std::size_t i = 0; i < draws; ++i) {
    const Key value = vocabulary_.decode(code, random);
    hits += holds(value) ? 1 : 0;
    for (std::size_t b = 0; b < bounds_.size(); ++b) {
      samples[b].sorted.push_back(quantity_of(bounds_[b].first, value));
    }
  }
  for (std::size_t b = 0; b < bounds_.size(); ++b) {
    std::sort(samples[b].sorted.begin(), samples[b].sorted.end());
    samples[b].near = bounds_[b].second.intersected(around(samples[b].sorted));
  }
  return samples;
}

double FieldDraw::share_of(std::uint16_t code, std::size_t draws) {
  std::size_t hits = 0;
  const Samples samples = sample(code, draws, hits);
  const double share = static_cast<double>(hits) / static_cast<double>(draws);
  if (hits == draws) {
    return 1;
  }
  for (const Sample& one : samples) {
    near_[code].push_back(one.near);
  }
  if (hits >= kFewHits) {
    return share;
  }
  Random random(0, mix(kStream + 1, code));
  const double estimate = small_share(code, samples, random);
  return estimate > 0 ? std::min(1.0, estimate) : share;
}

double FieldDraw::small_share(std::uint16_t code, const Samples& samples, Random& random) const {
  double keys = 1;
  for (const Sample& one : samples) {
    keys *= one.near.size();
  }
  double sum = 0;
  for (std::size_t i = 0; keys > 0 && i < kProposals; ++i) {
    if (const auto value = propose(code, near_[code], true, random)) {
      double density = 1;
      for (std::size_t b = 0; b < bounds_.size(); ++b) {
        density *= samples[b].density(quantity_of(bounds_[b].first, *value));
      }
      sum += density;
    }
  }
  return keys * sum / static_cast<double>(kProposals);
}

/// A value of the code with its quantities (`all`, or else those out of bounds) replaced; empty
/// when that has another code.
std::optional<Key> FieldDraw::propose(std::uint16_t code, const std::vector<KeySet>& near, bool all,
                                      Random& random) const {
  Key value = vocabulary_.decode(code, random);
  for (std::size_t b = 0; b < bounds_.size(); ++b) {
    const auto& [quantity, keys] = bounds_[b];
    if (near[b].empty()) {
      return std::nullopt;
    }
    if (all || !keys.contains(quantity_of(quantity, value))) {
      value = with_quantity(quantity, value, near[b].draw(random));
    }
  }
  const bool fits = holds(value) && vocabulary_.encode(value) == code;
  return fits && is_covered(vocabulary_, value) ? std::optional(value) : std::nullopt;
}

std::optional<Key> FieldDraw::draw(std::uint16_t code, Random& random) const {
  const bool often = shares_[code] >= kOften;
  for (int tries = 0; tries < kPatience; ++tries) {
    const Key value = vocabulary_.decode(code, random);
    if (holds(value)) {
      return value;
    }
    if (often) {
      continue;
    }
    if (const auto proposed = propose(code, near_[code], false, random)) {
      return proposed;
    }
  }
  return std::nullopt;
}

}  // namespace tracetwin
