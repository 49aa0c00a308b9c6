#include "series/embedding.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace tracetwin::series {
namespace {

void normalise(std::span<float> point) {
  float sum = 0;
  for (const float x : point) {
    sum += x * x;
  }
  const float length = std::sqrt(sum);
  for (float& x : point) {
    x = length > 0 ? x / length : 1 / std::sqrt(static_cast<float>(point.size()));
  }
}

}  // namespace

Embedding::Embedding(std::uint32_t dimensions, std::vector<Key> values, std::vector<float> vectors)
    : dimensions_(dimensions) {
  const bool sound = dimensions > 0 && !values.empty() &&
                     vectors.size() == values.size() * dimensions &&
                     std::ranges::all_of(vectors, [](float x) { return std::isfinite(x); });
  if (!sound) {
    throw Error("an embedding does not have one finite point for each of its values");
  }
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  by_dimension_.resize(vectors.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::span<float> point(&vectors[order[i] * dimensions], dimensions);
    normalise(point);
    values_.push_back(values[order[i]]);
    vectors_.insert(vectors_.end(), point.begin(), point.end());
    for (std::size_t d = 0; d < dimensions; ++d) {
      by_dimension_[d * order.size() + i] = point[d];
    }
  }
  if (std::adjacent_find(values_.begin(), values_.end()) != values_.end()) {
    throw Error("an embedding has two points for one value");
  }
}

std::span<const float> Embedding::point_of(Key value) const {
  auto found = std::lower_bound(values_.begin(), values_.end(), value);
  const bool below_is_nearer = found != values_.begin() &&
                               (found == values_.end() || value - *(found - 1) <= *found - value);
  if (below_is_nearer && (found == values_.end() || *found != value)) {
    --found;
  }
  const auto at = static_cast<std::size_t>(found - values_.begin());
  return std::span(vectors_).subspan(at * dimensions_, dimensions_);
}

Key Embedding::nearest(std::span<const float> point) const {
  std::vector<float> products(values_.size(), 0.0F);
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const float* from = &by_dimension_[d * values_.size()];
    for (std::size_t i = 0; i < products.size(); ++i) {
      products[i] += point[d] * from[i];
    }
  }
  return values_[static_cast<std::size_t>(std::ranges::max_element(products) - products.begin())];
}

namespace {

/// Words as indices, and how often each occurs.
struct Corpus {
  std::vector<Key> values;
  std::vector<std::uint32_t> words;
  std::vector<double> counts;
};

Corpus corpus_of(std::span<const Key> sentences) {
  Corpus corpus;
  corpus.values.assign(sentences.begin(), sentences.end());
  std::ranges::sort(corpus.values);
  corpus.values.erase(std::unique(corpus.values.begin(), corpus.values.end()), corpus.values.end());
  corpus.counts.resize(corpus.values.size());
  for (const Key word : sentences) {
    const auto at = std::lower_bound(corpus.values.begin(), corpus.values.end(), word);
    corpus.words.push_back(static_cast<std::uint32_t>(at - corpus.values.begin()));
    ++corpus.counts[corpus.words.back()];
  }
  return corpus;
}

/// Words in proportion to count^(3/4).
class NegativeWords {
 public:
  explicit NegativeWords(const std::vector<double>& counts) {
    double sum = 0;
    for (const double count : counts) {
      sum += std::pow(count, 0.75);
      sums_.push_back(sum);
    }
  }
  std::size_t draw(Random& random) const {
    const double at = random.uniform() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return std::min(static_cast<std::size_t>(found - sums_.begin()), sums_.size() - 1);
  }

 private:
  std::vector<double> sums_;
};

/// Moves a word and one of its (wanted or unwanted) neighbours; what the word is to be moved by is
/// added to `move`.
void learn_pair(std::span<const float> word, std::span<float> other, float wanted, float rate,
                std::span<float> move) {
  float product = 0;
  for (std::size_t d = 0; d < word.size(); ++d) {
    product += word[d] * other[d];
  }
  const float step = rate * (wanted - 1 / (1 + std::exp(-product)));
  for (std::size_t d = 0; d < word.size(); ++d) {
    move[d] += step * other[d];
    other[d] += step * word[d];
  }
}

}  // namespace

Embedding skip_gram(std::span<const Key> sentences, std::size_t words,
                    const SkipGramOptions& options) {
  Corpus corpus = corpus_of(sentences);
  const NegativeWords negatives(corpus.counts);
  const std::size_t dimensions = options.dimensions;
  Random random(options.seed);
  std::vector<float> points(corpus.values.size() * dimensions);
  std::vector<float> contexts(points.size(), 0.0F);
  for (float& x : points) {
    x = static_cast<float>((random.uniform() - 0.5) / static_cast<double>(dimensions));
  }
  const std::size_t total = options.epochs * corpus.words.size();
  std::vector<float> move(dimensions);
  for (std::size_t done = 0; done < total; ++done) {
    const std::size_t at = done % corpus.words.size();
    const std::size_t sentence = at / words * words;
    const auto rate = static_cast<float>(
        options.rate * std::max(0.01, 1 - static_cast<double>(done) / static_cast<double>(total)));
    const std::span<float> word(&points[corpus.words[at] * dimensions], dimensions);
    const auto context = [&](std::size_t w) {
      return std::span<float>(&contexts[w * dimensions], dimensions);
    };
    for (std::size_t other = sentence; other < sentence + words; ++other) {
      if (other == at) {
        continue;
      }
      std::ranges::fill(move, 0.0F);
      learn_pair(word, context(corpus.words[other]), 1, rate, move);
      for (std::uint32_t n = 0; n < options.negatives; ++n) {
        const std::size_t negative = negatives.draw(random);
        if (negative != corpus.words[other]) {
          learn_pair(word, context(negative), 0, rate, move);
        }
      }
      for (std::size_t d = 0; d < dimensions; ++d) {
        word[d] += move[d];
      }
    }
  }
  return {options.dimensions, std::move(corpus.values), std::move(points)};
}

}  // namespace tracetwin::series
