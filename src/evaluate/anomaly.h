#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluate/learn/matrix.h"
#include "evaluate/report.h"
#include "evaluate/tuples.h"

namespace tracetwin::evaluate {

/// Packets of one directional TCP or UDP flow: seconds since its first packet, and bytes.
struct PacketTrain {
  std::vector<double> times;
  std::vector<double> sizes;
};

/// Trains of at least two packets: the flows of five-tuples, which end after 600 s of silence, cut
/// where they are silent for longer than 0.9 of them last (NetML; unlike its code, the last piece
/// of a flow is kept). At most `most` flows, drawn by `seed`.
std::vector<PacketTrain> packet_trains(const Sample& sample, std::size_t most, std::uint64_t seed);

/// The six flow representations of NetML (Yang, Kpotufe and Feamster 2020).
enum class TrainView { kGaps, kSizes, kGapsSizes, kStatistics, kCounts, kBytes };

/// How long vectors are, and how wide the windows of kCounts and kBytes.
struct TrainShape {
  std::size_t packets = 2;  ///< 0.9-quantile of packets a train
  double window = 1e-6;     ///< s; 0.3-quantile of durations
};
TrainShape shape_of(const std::vector<PacketTrain>& trains);

/// One row a train, cut or filled up with zeros to the shape.
Matrix train_features(const std::vector<PacketTrain>& trains, TrainView view,
                      const TrainShape& shape);

/// |synthetic - real| / real of each representation's share of anomalies, NaN where the real one is
/// 0; a gap of the group is the mean of those that are numbers.
std::vector<double> anomaly_gaps(std::span<const double> real, std::span<const double> synthetic);
double mean_gap(std::span<const double> gaps);

/// Anomaly detection as NetShare runs it over captures: the share of anomalies that one-class
/// machines see, in each representation. "own": a machine a trace, fitted on one half (nu 0.5) and
/// asked about the other. "transfer": fitted on a real half (nu 0.1), asked about the other real
/// half and the synthetic trace.
Group anomaly_group(const Pair& pair, std::uint64_t seed);

}  // namespace tracetwin::evaluate
