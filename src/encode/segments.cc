#include "encode/segments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "dp/gaussian.h"

namespace tracetwin {
namespace {

constexpr double kSplitCost = 2;
constexpr double kParts = 32;

/// Cells that may share runs: first … end - 1.
struct Row {
  std::size_t first = 0;
  std::size_t end = 0;
};

std::vector<Row> rows_of(const Codec& codec) {
  std::vector<Row> rows;
  for (std::size_t first = 0, cell = 0; cell < codec.last_cells(); ++cell) {
    if (!codec.joins(cell)) {
      rows.push_back({first, cell + 1});
      first = cell + 1;
    }
  }
  return rows;
}

/// How far the counts of a growing run are from the best multiple of the prior, squared.
class Fit {
 public:
  void add(double count, double prior) {
    squares_ += count * count;
    products_ += count * prior;
    priors_ += prior * prior;
  }
  double error() const { return squares_ - products_ * products_ / priors_; }

 private:
  double squares_ = 0;
  double products_ = 0;
  double priors_ = 0;
};

/// The best division of one row: best[i] is the cost of cells up to i, from[i] where its last run
/// begins.
void divide(const Codec& codec, const dp::NoisyCounts& noisy, const Row& row,
            std::vector<Run>& runs) {
  const double split = kSplitCost * noisy.sigma() * noisy.sigma();
  const std::size_t cells = row.end - row.first;
  std::vector<double> best(cells + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> from(cells + 1);
  best[0] = 0;
  for (std::size_t end = 1; end <= cells; ++end) {
    Fit fit;
    for (std::size_t begin = end; begin-- > 0;) {
      const std::size_t cell = row.first + begin;
      fit.add(static_cast<double>(noisy.values()[cell]), codec.weight(cell));
      const double cost = best[begin] + fit.error() + split;
      if (cost < best[end]) {
        best[end] = cost;
        from[end] = begin;
      }
    }
  }
  const auto earlier = static_cast<std::ptrdiff_t>(runs.size());
  for (std::size_t end = cells; end > 0; end = from[end]) {
    runs.push_back({row.first + from[end], static_cast<std::uint32_t>(end - from[end])});
  }
  std::reverse(runs.begin() + earlier, runs.end());
}

double sum_of(const dp::NoisyCounts& noisy, const Run& run) {
  const auto cells = noisy.values().subspan(static_cast<std::size_t>(run.first), run.cells);
  return static_cast<double>(std::accumulate(cells.begin(), cells.end(), std::int64_t{0}));
}

/// How far a run stands out of the noise, up to sigma.
double sigmas(const dp::NoisyCounts& noisy, const Run& run) {
  return sum_of(noisy, run) / std::sqrt(run.cells);
}

bool stands_out(const Codec& codec, const dp::NoisyCounts& noisy, const Run& run,
                double false_cells) {
  const double harm = codec.harm(run.first + run.cells - 1);
  const double chance = harm > 0 ? false_cells / harm / static_cast<double>(noisy.size()) : 1;
  const double least = -dp::normal_quantile(std::min(0.5, chance));
  return sum_of(noisy, run) >= std::max(1.0, least * noisy.sigma() * std::sqrt(run.cells));
}

/// `runs` with neighbours joined that do not stand out alone but do together: a thin tail.
std::vector<Run> tails_joined(const Codec& codec, const dp::NoisyCounts& noisy, double false_cells,
                              const std::vector<Run>& runs) {
  std::vector<Run> result;
  bool open = false;  // whether the next may join the last of `result`
  for (const Run& run : runs) {
    if (stands_out(codec, noisy, run, false_cells)) {
      result.push_back(run);
      open = false;
      continue;
    }
    Run joined = run;
    if (open && codec.joins(run.first - 1)) {
      const Run both{result.back().first, result.back().cells + run.cells};
      if (sigmas(noisy, both) > sigmas(noisy, run)) {
        joined = both;
        result.pop_back();
      }
    }
    result.push_back(joined);
    open = !stands_out(codec, noisy, joined, false_cells);
  }
  return result;
}

/// From `edge` outwards, by `step`: the neighbouring runs, as one, that stand out most together, if
/// they do at all and do no more harm than the edge. So a trace that begins or ends thinly keeps
/// its length.
std::optional<Run> thin_end(const Codec& codec, const dp::NoisyCounts& noisy,
                            const std::vector<Run>& runs, std::ptrdiff_t edge,
                            std::ptrdiff_t step) {
  constexpr double kThin = 3;  // sigmas; two ends are looked at, and few runs at each
  const auto harm = [&](const Run& run) { return codec.harm(run.first + run.cells - 1); };
  std::optional<Run> best;
  Run together{0, 0};
  double most = kThin * noisy.sigma();
  for (auto i = edge + step; i >= 0 && i < std::ssize(runs); i += step) {
    const Run& run = runs[static_cast<std::size_t>(i)];
    if (harm(run) > harm(runs[static_cast<std::size_t>(edge)])) {
      break;
    }
    together = {together.cells == 0 ? run.first : std::min(together.first, run.first),
                together.cells + run.cells};
    if (sum_of(noisy, together) >= 1 && sigmas(noisy, together) >= most) {
      most = sigmas(noisy, together);
      best = together;
    }
  }
  return best;
}

/// Leaves out what does not stand out; between runs that do, in a line, what is above the noise may
/// stay.
void keep_sound(const Codec& codec, const dp::NoisyCounts& noisy, double false_cells,
                std::vector<Run>& runs) {
  const auto sound = [&](const Run& run) { return stands_out(codec, noisy, run, false_cells); };
  const auto first = std::find_if(runs.begin(), runs.end(), sound);
  const auto last = std::find_if(runs.rbegin(), runs.rend(), sound).base();
  std::vector<Run> kept;
  for (auto run = first; run < last; ++run) {
    const double least = noisy.sigma() * std::sqrt(run->cells);
    if (sound(*run) || (codec.in_line() && sum_of(noisy, *run) >= least)) {
      kept.push_back(*run);
    }
  }
  if (codec.in_line() && !kept.empty()) {
    const auto front = thin_end(codec, noisy, runs, first - runs.begin(), -1);
    const auto back = thin_end(codec, noisy, runs, last - runs.begin() - 1, 1);
    kept.insert(kept.begin(), front.value_or(Run{0, 0}));
    kept.push_back(back.value_or(Run{0, 0}));
    std::erase_if(kept, [](const Run& run) { return run.cells == 0; });
  }
  runs = std::move(kept);
}

/// What is assumed when nothing stands out: in a line any value that does no harm, else the quiet
/// cell.
Run nothing_known(const Codec& codec) {
  Run run{codec.quiet_cell(), 1};
  while (codec.in_line() && run.first == 0 && run.cells < codec.last_cells() &&
         codec.joins(run.cells - 1) && codec.harm(run.cells) <= codec.harm(0)) {
    ++run.cells;
  }
  return run;
}

/// The run in pieces of at most `most` records each, as far as it has cells.
void append_pieces(const Run& run, double records, double most, std::vector<Run>& pieces) {
  const auto wanted = static_cast<std::uint32_t>(std::min(1e9, std::ceil(records / most)));
  const std::uint32_t parts = std::clamp<std::uint32_t>(wanted, 1, run.cells);
  for (std::uint32_t i = 0; i < parts; ++i) {
    const std::uint32_t begin = run.cells * i / parts;
    pieces.push_back({run.first + begin, run.cells * (i + 1) / parts - begin});
  }
}

}  // namespace

std::vector<Run> segments(const Codec& codec, const dp::NoisyCounts& noisy, double false_cells) {
  std::vector<Run> runs;
  for (const Row& row : rows_of(codec)) {
    divide(codec, noisy, row, runs);
  }
  if (!codec.in_line()) {
    runs = tails_joined(codec, noisy, false_cells, runs);
  }
  keep_sound(codec, noisy, false_cells, runs);
  if (runs.empty()) {
    return {nothing_known(codec)};
  }
  double total = 0;
  for (const Run& run : runs) {
    total += sum_of(noisy, run);
  }
  std::vector<Run> pieces;
  for (const Run& run : runs) {
    const double most = codec.in_line() ? total / kParts : total;
    append_pieces(run, sum_of(noisy, run), most, pieces);
  }
  return pieces;
}

}  // namespace tracetwin
