#include "evaluate/anomaly.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "base/random.h"
#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/learn/network.h"
#include "evaluate/learn/one_class.h"
#include "evaluate/sampling.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr double kLongQuantile = 0.9;
constexpr double kWindowQuantile = 0.3;
constexpr std::size_t kMostFlows = 3000;
constexpr std::size_t kFewestTrains = 20;
constexpr std::size_t kMostWindows = 500;
constexpr std::uint64_t kStream = 0xa40;

struct ViewKind {
  TrainView view;
  const char* id;
  const char* name;
};
constexpr std::array kViews = {ViewKind{TrainView::kGaps, "iat", "gaps"},
                               ViewKind{TrainView::kSizes, "size", "sizes"},
                               ViewKind{TrainView::kGapsSizes, "iat_size", "gaps and sizes"},
                               ViewKind{TrainView::kStatistics, "stats", "statistics"},
                               ViewKind{TrainView::kCounts, "samp_num", "packets a window"},
                               ViewKind{TrainView::kBytes, "samp_size", "bytes a window"}};

double quantile_of(std::vector<double> values, double q) {
  std::ranges::sort(values);
  return quantile(values, q);
}

double duration_of(const Columns& columns, std::span<const std::uint32_t> rows) {
  return static_cast<double>(columns.time_ns[rows.back()] - columns.time_ns[rows.front()]) /
         kNsPerSecond;
}

/// The flows of one five-tuple that have two packets or more: NetML ends a flow after 600 s of
/// silence.
void add_flows(const Columns& columns, std::span<const std::uint32_t> rows,
               std::vector<std::span<const std::uint32_t>>& flows) {
  constexpr std::int64_t kTimeout = 600'000'000'000;  // ns
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= rows.size(); ++i) {
    const bool ends =
        i == rows.size() || columns.time_ns[rows[i]] - columns.time_ns[rows[i - 1]] > kTimeout;
    if (ends && i - begin >= 2) {
      flows.push_back(rows.subspan(begin, i - begin));
    }
    begin = ends ? i : begin;
  }
}

/// Cuts a train where it is silent for longer than `gap` (0: never).
void add_trains(const Columns& columns, std::span<const std::uint32_t> rows, double gap,
                std::vector<PacketTrain>& trains) {
  const auto& sizes = columns.number("pkt_len")->values;
  PacketTrain train;
  const auto end = [&] {
    if (train.times.size() >= 2) {
      trains.push_back(train);
    }
    train = {};
  };
  std::int64_t first = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t time = columns.time_ns[rows[i]];
    const double silence =
        i == 0 ? 0 : static_cast<double>(time - columns.time_ns[rows[i - 1]]) / kNsPerSecond;
    if (gap > 0 && silence > gap) {
      end();
    }
    first = train.times.empty() ? time : first;
    train.times.push_back(static_cast<double>(time - first) / kNsPerSecond);
    train.sizes.push_back(sizes[rows[i]]);
  }
  end();
}

std::vector<double> gaps_of(const PacketTrain& train) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < train.times.size(); ++i) {
    gaps.push_back(train.times[i] - train.times[i - 1]);
  }
  return gaps;
}

std::vector<double> interleaved(const PacketTrain& train) {
  std::vector<double> values;
  for (std::size_t i = 0; i < train.sizes.size(); ++i) {
    if (i > 0) {
      values.push_back(train.times[i] - train.times[i - 1]);
    }
    values.push_back(train.sizes[i]);
  }
  // NetML begins with the gap: gap 1, size 1, gap 2, size 2, …, last size.
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    std::swap(values[i], values[i + 1]);
  }
  return values;
}

std::vector<double> statistics(const PacketTrain& train) {
  std::vector<double> sorted = train.sizes;
  std::ranges::sort(sorted);
  const double duration = train.times.back();
  const auto packets = static_cast<double>(train.sizes.size());
  const double bytes = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  return {duration,
          duration > 0 ? packets / duration : 0,
          duration > 0 ? bytes / duration : 0,
          mean(sorted),
          deviation(sorted),
          quantile(sorted, 0.25),
          quantile(sorted, 0.5),
          quantile(sorted, 0.75),
          sorted.front(),
          sorted.back(),
          packets,
          bytes};
}

std::vector<double> windows(const PacketTrain& train, double width, bool bytes) {
  std::vector<double> sums;
  for (std::size_t i = 0; i < train.times.size(); ++i) {
    const auto at = static_cast<std::size_t>(
        std::min(train.times[i] / width, static_cast<double>(kMostWindows - 1)));
    sums.resize(std::max(sums.size(), at + 1));
    sums[at] += bytes ? train.sizes[i] : 1;
  }
  return sums;
}

std::pair<std::vector<double>, std::size_t> view_of(const PacketTrain& train, TrainView view,
                                                    const TrainShape& shape) {
  switch (view) {
    case TrainView::kGaps:
      return {gaps_of(train), shape.packets - 1};
    case TrainView::kSizes:
      return {train.sizes, shape.packets};
    case TrainView::kGapsSizes:
      return {interleaved(train), 2 * shape.packets - 1};
    case TrainView::kStatistics:
      return {statistics(train), 12};
    case TrainView::kCounts:
      return {windows(train, shape.window, false), shape.packets - 1};
    default:
      return {windows(train, shape.window, true), shape.packets - 1};
  }
}

/// Rows of the first and the second half of a random order.
std::pair<Matrix, Matrix> split(const Matrix& all, std::span<const std::uint32_t> order) {
  const std::size_t half = order.size() / 2;
  return {rows_of(all, order.first(half)), rows_of(all, order.subspan(half))};
}

std::vector<std::uint32_t> random_order(std::size_t count, Random& random) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  random.shuffle(std::span(order));
  return order;
}

/// Shares of anomalies in one representation.
struct Shares {
  double own_real = kNan;
  double own_synthetic = kNan;
  double transfer_real = kNan;
  double transfer_synthetic = kNan;
};

struct Trains {
  std::vector<PacketTrain> real;
  std::vector<PacketTrain> synthetic;
  std::vector<std::uint32_t> real_order;
  std::vector<std::uint32_t> synthetic_order;
};

Shares shares_of(const Trains& trains, TrainView view) {
  constexpr double kOwn = 0.5;
  constexpr double kTransfer = 0.1;
  const TrainShape real_shape = shape_of(trains.real);
  const auto real = split(train_features(trains.real, view, real_shape), trains.real_order);
  const auto synthetic = split(train_features(trains.synthetic, view, shape_of(trains.synthetic)),
                               trains.synthetic_order);
  const Matrix seen_alike = train_features(trains.synthetic, view, real_shape);
  const Scaler scaler(real.first);
  const OneClass transfer(scaler(real.first), kTransfer);
  return {OneClass(real.first, kOwn).outlier_share(real.second),
          OneClass(synthetic.first, kOwn).outlier_share(synthetic.second),
          transfer.outlier_share(scaler(real.second)), transfer.outlier_share(scaler(seen_alike))};
}

void add_gaps(GroupBuilder& group, const std::string& id, const std::string& name,
              const std::string& explain, const std::vector<double>& real,
              const std::vector<double>& synthetic, const std::string& why) {
  const std::vector<double> gaps = anomaly_gaps(real, synthetic);
  group.add({.id = id, .name = name, .explain = explain, .marks = Marks{0.2, 0.6}}, mean_gap(gaps),
            why);
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    group.add({.id = fmt::format("{}.{}", id, kViews[i].id),
               .name = fmt::format("{}: {}", name, kViews[i].name),
               .explain = explain},
              gaps[i], why);
  }
  group.add({.id = id + ".order",
             .name = name + ": order kept (Spearman)",
             .explain = "Rank correlation of the six shares; with six items it says little.",
             .better = Better::kHigher,
             .low = -1,
             .high = 1},
            real.empty() ? kNan : spearman(real, synthetic), why);
}

}  // namespace

std::vector<PacketTrain> packet_trains(const Sample& sample, std::size_t most, std::uint64_t seed) {
  const Columns& columns = sample.columns;
  std::vector<std::span<const std::uint32_t>> flows;
  for (std::uint32_t tuple = 0; tuple < sample.tuples.size(); ++tuple) {
    const auto rows = sample.tuples.of(tuple);
    const std::uint8_t proto = columns.proto[rows.front()];
    if (proto == kTcp || proto == kUdp) {
      add_flows(columns, rows, flows);
    }
  }
  std::vector<double> durations;
  durations.reserve(flows.size());
  for (const auto rows : flows) {
    durations.push_back(duration_of(columns, rows));
  }
  std::vector<PacketTrain> trains;
  if (flows.empty()) {
    return trains;
  }
  const double gap = quantile_of(durations, kLongQuantile);
  Random random(seed, kStream);
  for (const std::uint32_t at : some_of(flows.size(), most, random)) {
    add_trains(columns, flows[at], gap, trains);
  }
  return trains;
}

std::vector<double> anomaly_gaps(std::span<const double> real, std::span<const double> synthetic) {
  std::vector<double> gaps;
  for (std::size_t i = 0; i < real.size(); ++i) {
    gaps.push_back(real[i] > 0 ? std::abs(synthetic[i] - real[i]) / real[i] : kNan);
  }
  return gaps;
}

double mean_gap(std::span<const double> gaps) {
  std::vector<double> finite;
  std::ranges::copy_if(gaps, std::back_inserter(finite),
                       [](double gap) { return std::isfinite(gap); });
  return mean(finite);
}

TrainShape shape_of(const std::vector<PacketTrain>& trains) {
  std::vector<double> packets;
  std::vector<double> durations;
  for (const PacketTrain& train : trains) {
    packets.push_back(static_cast<double>(train.times.size()));
    durations.push_back(train.times.back());
  }
  constexpr double kNarrowest = 1e-6;
  return {static_cast<std::size_t>(std::max(2.0, std::floor(quantile_of(packets, kLongQuantile)))),
          std::max(quantile_of(durations, kWindowQuantile), kNarrowest)};
}

Matrix train_features(const std::vector<PacketTrain>& trains, TrainView view,
                      const TrainShape& shape) {
  Matrix matrix;
  for (const PacketTrain& train : trains) {
    auto [values, length] = view_of(train, view, shape);
    values.resize(length);
    matrix.columns = length;
    for (const double value : values) {
      matrix.values.push_back(static_cast<float>(value));
    }
  }
  return matrix;
}

Group anomaly_group(const Pair& pair, std::uint64_t seed) {
  GroupBuilder group("anomaly", "Detecting anomalies",
                     "One-class machines over six representations of flows: the share of flows "
                     "they call anomalous should be the same on the twin.");
  std::string why = "flow records have no packets";
  std::array<std::vector<double>, 4> shares;
  if (pair.real.columns.kind == TraceKind::kPackets) {
    Trains trains{packet_trains(pair.real, kMostFlows, seed),
                  packet_trains(pair.synthetic, kMostFlows, mix(seed, 1)),
                  {},
                  {}};
    why = "fewer than 20 TCP or UDP flows with two packets on one side";
    if (std::min(trains.real.size(), trains.synthetic.size()) >= kFewestTrains) {
      Random random(seed, kStream + 1);
      trains.real_order = random_order(trains.real.size(), random);
      trains.synthetic_order = random_order(trains.synthetic.size(), random);
      for (const ViewKind& kind : kViews) {
        const Shares found = shares_of(trains, kind.view);
        shares[0].push_back(found.own_real);
        shares[1].push_back(found.own_synthetic);
        shares[2].push_back(found.transfer_real);
        shares[3].push_back(found.transfer_synthetic);
      }
    }
  }
  add_gaps(group, "own", "Gap of anomalies, own machines",
           "Machines fitted on one half of a trace and asked about the other; they call about half "
           "of anything anomalous.",
           shares[0], shares[1], why);
  add_gaps(group, "transfer", "Gap of anomalies, real machines",
           "Machines fitted on real flows and asked about others: how many more of the twin's they "
           "find odd.",
           shares[2], shares[3], why);
  return group.take();
}

}  // namespace tracetwin::evaluate
