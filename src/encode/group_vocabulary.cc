// How the tokens of a vocabulary come to share codes.
#include "encode/vocabulary.h"

#include <algorithm>
#include <utility>

namespace tracetwin {
namespace {

/// Tokens that share a code, and their released count.
struct Group {
  std::vector<std::uint16_t> tokens;
  double count = 0;
  bool joins_next = false;
};

/// Joins the two neighbours that are smallest together until `most` are left, or none may join.
void join_smallest(std::vector<Group>& groups, std::size_t most) {
  while (groups.size() > most) {
    std::size_t best = groups.size();
    for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
      const double both = groups[i].count + groups[i + 1].count;
      if (groups[i].joins_next &&
          (best == groups.size() || both < groups[best].count + groups[best + 1].count)) {
        best = i;
      }
    }
    if (best == groups.size()) {
      return;
    }
    Group& left = groups[best];
    const Group& right = groups[best + 1];
    left.tokens.insert(left.tokens.end(), right.tokens.begin(), right.tokens.end());
    left.count += right.count;
    left.joins_next = right.joins_next;
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

}  // namespace

Vocabulary::Learned Vocabulary::grouped(const dp::NoisyCounts& counts, std::size_t most) const {
  if (!codec_->in_line() || tokens_.size() <= most) {
    return {*this, counts};
  }
  Random random(0);
  std::vector<std::pair<Key, std::uint16_t>> order;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    order.emplace_back(draw(tokens_[i], random), static_cast<std::uint16_t>(i));
  }
  std::sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
    return std::pair(codec_->stratum(a.first), a) < std::pair(codec_->stratum(b.first), b);
  });
  std::vector<Group> groups;
  std::vector<double> weights(tokens_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [value, token] = order[i];
    weights[token] = static_cast<double>(std::max<std::int64_t>(1, counts.values()[token]));
    const bool joins =
        i + 1 < order.size() && codec_->stratum(value) == codec_->stratum(order[i + 1].first);
    groups.push_back({{token}, weights[token], joins});
  }
  join_smallest(groups, most);
  std::vector<std::vector<std::uint16_t>> members;
  std::vector<std::vector<std::size_t>> cells;
  for (Group& group : groups) {
    cells.emplace_back(group.tokens.begin(), group.tokens.end());
    members.push_back(std::move(group.tokens));
  }
  Learned result{*this, counts.grouped(cells)};
  result.vocabulary.set_groups(std::move(members), std::move(weights));
  return result;
}

}  // namespace tracetwin
