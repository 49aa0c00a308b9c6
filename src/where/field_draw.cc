// Where many of a code's values satisfy the bounds, drawing until one does is quick and follows
// the code's own distribution. Where few do (one address of a /4), values are proposed from the
// bounds instead and taken if they have that code: inside so small a part the code's prior is flat
// enough. How large such a part is follows from how densely the code's values lie around it.
#include "where/field_draw.h"

#include <algorithm>
#include <iterator>

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

std::vector<Key> quantities_of(Quantity quantity, const std::vector<Key>& values) {
  std::vector<Key> sorted;
  sorted.reserve(values.size());
  for (const Key value : values) {
    sorted.push_back(quantity_of(quantity, value));
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Share of the sorted keys per key, around `key`.
double density(const std::vector<Key>& sorted, Key key) {
  const auto place = static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), key) -
                                              sorted.begin());
  const std::size_t low = place > kNeighbours ? place - kNeighbours : 0;
  const std::size_t high = std::min(place + kNeighbours, sorted.size() - 1);
  const double keys = static_cast<double>(sorted[high] - sorted[low]) + 1;
  return static_cast<double>(high - low) / static_cast<double>(sorted.size()) / keys;
}

}  // namespace

FieldDraw::FieldDraw(const Vocabulary& vocabulary, std::vector<Bound> bounds)
    : vocabulary_(vocabulary), bounds_(std::move(bounds)), near_(vocabulary.cells()) {
  const std::size_t draws =
      std::clamp(kAllDraws / std::max(1U, vocabulary.cells()), kLeastDraws, kMostDraws);
  for (std::uint32_t code = 0; code < vocabulary.cells(); ++code) {
    shares_.push_back(share_of(static_cast<std::uint16_t>(code), draws));
  }
}

bool FieldDraw::holds(Key value) const {
  return holds_but(bounds_.size(), value);
}

/// Whether all bounds hold but, perhaps, one.
bool FieldDraw::holds_but(std::size_t bound, Key value) const {
  for (std::size_t b = 0; b < bounds_.size(); ++b) {
    if (b != bound && !bounds_[b].second.contains(quantity_of(bounds_[b].first, value))) {
      return false;
    }
  }
  return true;
}

std::vector<Key> FieldDraw::drawn(std::uint16_t code, std::size_t draws) const {
  Random random(0, mix(kStream, code));
  std::vector<Key> values;
  for (std::size_t i = 0; i < draws; ++i) {
    values.push_back(vocabulary_.decode(code, random));
  }
  return values;
}

double FieldDraw::share_of(std::uint16_t code, std::size_t draws) {
  const std::vector<Key> values = drawn(code, draws);
  const auto hits = static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [this](Key value) { return holds(value); }));
  const double share = static_cast<double>(hits) / static_cast<double>(draws);
  if (hits == draws) {
    return 1;
  }
  for (const auto& [quantity, keys] : bounds_) {
    near_[code].push_back(keys.intersected(around(quantities_of(quantity, values))));
  }
  return hits >= kFewHits ? share : std::max(share, std::min(1.0, small_share(code, values)));
}

/// The bound that fewest values satisfy is taken alone, among those that satisfy the others.
double FieldDraw::small_share(std::uint16_t code, const std::vector<Key>& values) const {
  std::size_t hardest = 0;
  std::vector<Key> others;
  for (std::size_t b = 0; b < bounds_.size(); ++b) {
    std::vector<Key> left;
    std::copy_if(values.begin(), values.end(), std::back_inserter(left),
                 [&](Key value) { return holds_but(b, value); });
    if (b == 0 || left.size() > others.size()) {
      hardest = b;
      others = std::move(left);
    }
  }
  const KeySet& keys = near_[code][hardest];
  if (others.empty() || keys.empty()) {
    return 0;
  }
  const Quantity quantity = bounds_[hardest].first;
  const std::vector<Key> sorted = quantities_of(quantity, others);
  Random random(0, mix(kStream + 1, code));
  double sum = 0;
  for (std::size_t i = 0; i < kProposals; ++i) {
    const Key key = keys.draw(random);
    const Key value = with_quantity(quantity, others[random.below(others.size())], key);
    sum += holds(value) && is_of(code, value) ? density(sorted, key) : 0;
  }
  return keys.size() * sum / static_cast<double>(kProposals) * static_cast<double>(others.size()) /
         static_cast<double>(values.size());
}

bool FieldDraw::is_of(std::uint16_t code, Key value) const {
  return vocabulary_.encode(value) == code && is_covered(vocabulary_, value);
}

/// The value with those quantities replaced that are out of bounds.
Key FieldDraw::moved_inside(std::uint16_t code, Key value, Random& random) const {
  for (std::size_t b = 0; b < bounds_.size(); ++b) {
    const auto& [quantity, keys] = bounds_[b];
    const bool may_move = !near_[code].empty() && !near_[code][b].empty();
    if (may_move && !keys.contains(quantity_of(quantity, value))) {
      value = with_quantity(quantity, value, near_[code][b].draw(random));
    }
  }
  return value;
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
    const Key moved = moved_inside(code, value, random);
    if (holds(moved) && is_of(code, moved)) {
      return moved;
    }
  }
  return std::nullopt;
}

}  // namespace tracetwin
