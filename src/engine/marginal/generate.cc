// Generation in fixed shards of at most kShardRows rows, each filled (fill.h) and polished
// (polish.h) alone with a random stream of its own: linear in the rows, in parallel, and the same
// for any number of threads. The shards take turns at the points of one systematic rounding of each
// marginal, so their targets add up to the rounding of the whole table.
#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
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
    Random random(options.seed, kOffsetStream);
    for (std::size_t part = 0; part < model.parts.size(); ++part) {
      offsets_.push_back(random.uniform());
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
    fill(model_.domain, steps_, points, columns, random);
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
      result.push_back(
          {model_.parts[part].clique,
           marginal::systematic_counts(model_.parts[part].probabilities, points[part])});
    }
    return result;
  }

  const TableModel& model_;
  const GenerateOptions& options_;
  std::size_t shards_;
  std::vector<FillStep> steps_;
  std::vector<double> offsets_;  // of the systematic rounding of each part
};

// Passes on events of the calling thread only, as Progress asks.
class Reporter {
 public:
  Reporter(const Progress& progress, std::size_t rows) : progress_(progress), rows_(rows) {}

  void done(std::size_t rows) {
    const std::size_t now = done_ += rows;
    if (progress_ && std::this_thread::get_id() == owner_) {
      progress_({"generating", now, rows_, "records"});
    }
  }

 private:
  const Progress& progress_;
  std::size_t rows_;
  std::atomic<std::size_t> done_ = 0;
  std::thread::id owner_ = std::this_thread::get_id();
};

void place(const Columns& shard, std::size_t first, Table& table) {
  for (std::size_t a = 0; a < shard.size(); ++a) {
    std::copy(shard[a].begin(), shard[a].end(),
              table.columns[a].begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace

Table generate_netdpsyn(const TableModel& model, const GenerateOptions& options,
                        const Progress& progress) {
  const Generator generator(model, options);
  Table table{model.domain, Columns(model.domain.size(), std::vector<std::uint16_t>(options.rows))};
  std::vector<std::size_t> first(generator.shards() + 1);
  for (std::size_t s = 0; s < generator.shards(); ++s) {
    first[s + 1] = first[s] + generator.rows_of(s);
  }
  Reporter reporter(progress, options.rows);
  parallel_blocks(generator.shards(), options.threads, [&](std::size_t s) {
    const Columns shard = generator.shard(s);
    place(shard, first[s], table);
    reporter.done(shard.front().size());
  });
  return table;
}

}  // namespace tracetwin::engine
