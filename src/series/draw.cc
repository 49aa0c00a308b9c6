#include "series/draw.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "series/pick.h"

namespace tracetwin::series {
namespace {

using doppelganger::FlowHeads;
using doppelganger::Sampler;
using doppelganger::Samples;

constexpr std::size_t kBlock = 256;        // flows that one thread draws at once
constexpr std::size_t kMostBlocks = 1024;  // of a wave
constexpr double kMostPicked = 65536;      // samples of a wave, where they are picked
constexpr double kMostDrawn = 1 << 21;     // and their records
// Candidates, of what is to be picked: at first, and at most. More are drawn while more than this
// is missing of some table, and the last ones made it less by a part of it.
constexpr double kLeastFactor = 2;
constexpr double kMostFactor = 4;
constexpr double kShortfall = 0.01;
constexpr double kWorthMore = 0.7;

struct Block {
  std::vector<DrawnFlow> flows;
  std::vector<std::size_t> counts;  ///< parallel: what admit() said
  std::vector<std::vector<float>> attributes;
  Samples samples;                   ///< when they are asked for
  std::vector<std::size_t> places;   ///< parallel to flows: which of the samples
  std::vector<std::size_t> records;  ///< parallel: its first record
};

class Drawing {
 public:
  Drawing(const SeriesModel& model, const Lexicon& lexicon, const DrawRequest& request)
      : scheme_(model.scheme),
        lexicon_(lexicon),
        request_(request),
        sampler_(layout_of(model.scheme), model.options, model.scheme.most_records,
                 model.chunks[request.chunk]) {
    if (request.mix != nullptr) {
      picker_.emplace(scheme_, *request.mix, lexicon, request.fields,
                      mix(request.seed, ~request.chunk));
    }
  }

  ChunkDraw draw(const std::vector<std::vector<float>>& carried) {
    add_carried(carried);
    while (missing() > 0) {
      request_.check_yield(tried_, counted_);
      request_.mix != nullptr ? picked_wave() : wave(next_wave());
    }
    return std::move(drawn_);
  }

 private:
  std::uint64_t missing() const { return request_.count - std::min(request_.count, counted_); }

  /// Blocks that are likely to be enough, by what was admitted so far.
  std::size_t next_wave() const {
    const double rate = counted_ == 0 || tried_ == 0
                            ? 1
                            : static_cast<double>(counted_) / static_cast<double>(tried_);
    const double flows = static_cast<double>(missing()) / rate;
    const auto blocks = static_cast<std::size_t>(flows / kBlock) + 1;
    return std::min(blocks, kMostBlocks);
  }

  void add_carried(const std::vector<std::vector<float>>& carried) {
    std::vector<std::vector<float>> here;
    for (const auto& attributes : carried) {
      if (has_records_in(scheme_, attributes, request_.chunk)) {
        here.push_back(attributes);
        carry(scheme_, here.back());
      }
    }
    std::vector<Block> blocks((here.size() + kBlock - 1) / kBlock);
    parallel_blocks(blocks.size(), request_.threads, [&](std::size_t b) {
      Random random(request_.seed, mix(2 * request_.chunk, b));
      FlowHeads heads;
      for (std::size_t i = b * kBlock; i < std::min(here.size(), (b + 1) * kBlock); ++i) {
        heads.attributes.insert(heads.attributes.end(), here[i].begin(), here[i].end());
      }
      sampler_.redraw_additional(heads, random);
      blocks[b] = block_of(sampler_.draw_series(std::move(heads), random), random);
    });
    take(blocks, false);
  }

  void wave(std::size_t count) {
    std::vector<Block> blocks(count);
    parallel_blocks(count, request_.threads, [&](std::size_t b) {
      Random random(request_.seed, mix(2 * request_.chunk + 1, blocks_ + b));
      blocks[b] = block_of(new_series(random), random);
    });
    blocks_ += count;
    tried_ += count * kBlock;
    take(blocks, true);
  }

  /// Picks flows out of candidates, and of these ever more until what is wanted is among them.
  void picked_wave() {
    const double rate = counted_ == 0 || tried_ == 0
                            ? request_.each
                            : static_cast<double>(counted_) / static_cast<double>(tried_);
    const double flows = std::min(most_picked(), std::ceil(static_cast<double>(missing()) / rate));
    const double samples = flows * request_.mix->samples;
    double factor = kLeastFactor;
    double before = INFINITY;
    bool too_few = true;
    while (too_few) {
      offer(static_cast<std::size_t>(factor * samples / kBlock) + 1);
      const double lacking = picker_->choose(flows);
      too_few =
          lacking > kShortfall && lacking < kWorthMore * before && tries_ < kMostFactor * samples;
      before = lacking;
      factor = 1;
    }
    std::vector<Candidate> taken = picker_->take();
    if (taken.empty()) {
      tried_ += static_cast<std::uint64_t>(tries_);
      picker_->allow_repeats();
    }
    tries_ = 0;
    for (Candidate& candidate : taken) {
      ++tried_;
      take(std::move(candidate));
    }
  }

  double most_picked() const {
    const Mix& mix = *request_.mix;
    return std::max(1.0, std::floor(std::min(kMostPicked / mix.samples, kMostDrawn / mix.records)));
  }

  void offer(std::size_t count) {
    std::vector<std::vector<Candidate>> blocks(count);
    parallel_blocks(count, request_.threads, [&](std::size_t b) {
      Random random(request_.seed, mix(2 * request_.chunk + 1, blocks_ + b));
      blocks[b] = candidates_of(new_series(random), random);
    });
    blocks_ += count;
    tries_ += static_cast<double>(count * kBlock);
    for (std::vector<Candidate>& block : blocks) {
      for (Candidate& candidate : block) {
        picker_->offer(std::move(candidate));
      }
    }
  }

  std::vector<Candidate> candidates_of(const Samples& samples, Random& random) const {
    std::vector<Candidate> candidates;
    std::size_t first = 0;
    for (std::size_t i = 0; i < samples.size(); first += samples.lengths[i++]) {
      Candidate candidate;
      candidate.flow =
          flow_of(scheme_, lexicon_, samples, i, first, scheme_.chunks[request_.chunk], random);
      if (request_.settle(candidate.flow)) {
        const auto attributes = samples.attributes_of(i);
        candidate.attributes.assign(attributes.begin(), attributes.end());
        candidate.amounts = picker_->cells().of(candidate.flow);
        candidates.push_back(std::move(candidate));
      }
    }
    return candidates;
  }

  void take(Candidate candidate) {
    const std::size_t count = missing() > 0 ? request_.admit(candidate.flow) : 0;
    if (count == 0) {
      return;
    }
    cut(candidate.flow, count);
    counted_ += std::min<std::uint64_t>(missing(), count);
    drawn_.flows.push_back(std::move(candidate.flow));
    if (goes_on(candidate.attributes)) {
      drawn_.carried.push_back(std::move(candidate.attributes));
    }
  }

  /// Flows that start in this chunk; where the network makes next to none of those, any.
  Samples new_series(Random& random) const {
    FlowHeads heads = sampler_.draw_heads(kBlock, random);
    if (!scheme_.has_tags()) {
      return sampler_.draw_series(std::move(heads), random);
    }
    const std::size_t width = heads.attributes.size() / kBlock;
    FlowHeads kept;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const auto attributes = std::span(heads.attributes).subspan(i * width, width);
      if (starts_here(scheme_, attributes) && has_records_in(scheme_, attributes, request_.chunk)) {
        kept.attributes.insert(kept.attributes.end(), attributes.begin(), attributes.end());
        if (!heads.records.empty()) {
          kept.lengths.push_back(heads.lengths[i]);
          kept.records.push_back(heads.records[i]);
        }
      }
    }
    return sampler_.draw_series(kept.attributes.empty() ? std::move(heads) : std::move(kept),
                                random);
  }

  Block block_of(Samples samples, Random& random) const {
    Block block;
    std::size_t first = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      DrawnFlow flow =
          flow_of(scheme_, lexicon_, samples, i, first, scheme_.chunks[request_.chunk], random);
      const std::size_t count = request_.settle(flow) ? request_.admit(flow) : 0;
      if (count > 0) {
        const auto attributes = samples.attributes_of(i);
        block.flows.push_back(std::move(flow));
        block.counts.push_back(count);
        block.attributes.emplace_back(attributes.begin(), attributes.end());
        block.places.push_back(i);
        block.records.push_back(first);
      }
      first += samples.lengths[i];
    }
    if (request_.taken != nullptr) {
      block.samples = std::move(samples);
    }
    return block;
  }

  void take(std::vector<Block>& blocks, bool may_go_on) {
    for (Block& block : blocks) {
      for (std::size_t i = 0; i < block.flows.size() && missing() > 0; ++i) {
        cut(block.flows[i], block.counts[i]);
        if (request_.taken != nullptr && may_go_on) {
          append(block.samples, block.places[i], block.records[i], *request_.taken);
        }
        counted_ += std::min<std::uint64_t>(missing(), block.counts[i]);
        drawn_.flows.push_back(std::move(block.flows[i]));
        if (may_go_on && goes_on(block.attributes[i])) {
          drawn_.carried.push_back(std::move(block.attributes[i]));
        }
      }
    }
  }

  /// Takes the last records away when more would come out than asked for.
  void cut(DrawnFlow& flow, std::size_t count) const {
    if (count == flow.time_ns.size() && count > missing()) {
      flow.time_ns.resize(missing());
      flow.features.resize(missing());
    }
  }

  bool goes_on(std::span<const float> attributes) const {
    for (std::size_t c = request_.chunk + 1; scheme_.has_tags() && c < scheme_.chunks.size(); ++c) {
      if (has_records_in(scheme_, attributes, c)) {
        return true;
      }
    }
    return false;
  }

  const Scheme& scheme_;
  const Lexicon& lexicon_;
  const DrawRequest& request_;
  Sampler sampler_;
  ChunkDraw drawn_;
  std::uint64_t counted_ = 0;
  std::uint64_t tried_ = 0;
  std::uint64_t blocks_ = 0;
  std::optional<Picker> picker_;
  double tries_ = 0;  ///< of the wave that is picked from
};

}  // namespace

ChunkDraw draw_chunk(const SeriesModel& model, const Lexicon& lexicon, const DrawRequest& request,
                     const std::vector<std::vector<float>>& carried) {
  return Drawing(model, lexicon, request).draw(carried);
}

}  // namespace tracetwin::series
