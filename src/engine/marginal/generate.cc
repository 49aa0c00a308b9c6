// Generation in fixed shards of at most kShardRows rows, each filled (fill.h, or by a network) and
// polished (polish.h) alone with a random stream of its own: linear in the rows, in parallel, and
// the same for any number of threads. The shards take turns at the points of one systematic
// rounding of each marginal, so their targets add up to the rounding of the whole table.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/parallel.h"
#include "engine/marginal/fill.h"
#include "engine/marginal/gum.h"
#include "engine/marginal/polish.h"
#include "engine/marginal/table_model.h"

namespace tracetwin::engine {
namespace {

using marginal::EvenPoints;

constexpr std::size_t kShardRows = Polish::kMostRows;
constexpr int kGumRounds = 30;
constexpr std::uint64_t kOffsetStream = 0x6f666673;
constexpr std::uint64_t kShardStream = 0x73686172;

class Generator {
 public:
  Generator(const TableModel& model, const GenerateOptions& options)
      : model_(model),
        options_(options),
        shards_((options.rows + kShardRows - 1) / kShardRows),
        steps_(plan_fill(model, options.key)) {
    if (model.network) {
      network_.emplace(model.domain, *model.network);
    }
    Random random(options.seed, kOffsetStream);
    for (std::size_t part = 0; part < model.parts.size(); ++part) {
      offsets_.push_back(random.uniform());
      impossible_.push_back(
          marginal::impossible_cells(model.domain, model.parts[part].clique, options.impossible));
    }
  }

  std::size_t shards() const { return shards_; }

  Columns shard(std::size_t index) const {
    std::vector<EvenPoints> points;
    for (const double offset : offsets_) {
      points.push_back({options_.rows, shards_, offset + static_cast<double>(index)});
    }
    Random random(options_.seed, mix(kShardStream, index));
    Columns columns(model_.domain.size(), std::vector<std::uint16_t>(rows_of(index)));
    if (network_) {
      network_->draw(columns, random);
    } else {
      fill(model_.domain, steps_, points, columns, random);
    }
    if (options_.repair == Repair::kGum) {
      Gum(model_.domain, targets(points), columns, random).run(kGumRounds);
    } else {
      Polish(model_.domain, targets(points), columns, random).run(options_.rounds);
    }
    return columns;
  }

  // Shard `index` holds rows index, index + shards, index + 2 shards, … of the whole.
  std::size_t rows_of(std::size_t index) const {
    return (options_.rows - index + shards_ - 1) / shards_;
  }

 private:
  std::vector<Target> targets(const std::vector<EvenPoints>& points) const {
    std::vector<Target> result;
    for (std::size_t part = 0; part < model_.parts.size(); ++part) {
      result.push_back({model_.parts[part].clique,
                        marginal::systematic_counts(model_.parts[part].probabilities, points[part]),
                        impossible_[part]});
    }
    return result;
  }

  const TableModel& model_;
  const GenerateOptions& options_;
  std::size_t shards_;
  std::vector<FillStep> steps_;
  std::optional<autoregressive::CodeSampler> network_;  // draws instead of the steps
  std::vector<double> offsets_;                         // of the systematic rounding of each part
  std::vector<std::vector<bool>> impossible_;           // cells of each part
};

}  // namespace

void generate_shards(const TableModel& model, const GenerateOptions& options,
                     const Progress& progress, const ShardWork& work) {
  const Generator generator(model, options);
  const std::size_t threads = thread_count(options.threads);
  constexpr std::size_t kOfThread = 4;  // shards between two exchanges
  const std::size_t wave = kOfThread * threads * options.site.ranks.size();
  std::size_t done = 0;
  for (std::size_t first = 0; first < generator.shards(); first += wave) {
    const std::size_t shards = std::min(wave, generator.shards() - first);
    const auto made = options.site.ranks.deal(shards, options.threads, [&](std::size_t i) {
      const std::size_t number = first + i;
      return options.site.once(fmt::format("{}-{}", options.part, number), [&] {
        return work.pack(number, {model.domain, generator.shard(number)});
      });
    });
    for (std::size_t i = 0; i < shards; ++i) {
      done += generator.rows_of(first + i);
      work.take(made[i]);
    }
    if (progress) {
      progress({"generating", done, options.rows, "records"});
    }
  }
}

}  // namespace tracetwin::engine
