#include "pipeline/calibrate_series.h"

#include <algorithm>

#include "base/random.h"
#include "engine/doppelganger/calibrate.h"
#include "engine/doppelganger/calibrate_given.h"
#include "pipeline/series_rows.h"

namespace tracetwin {
namespace {

using doppelganger::Samples;
using doppelganger::Targets;

constexpr int kRounds = 2;
constexpr std::uint64_t kFewestDraws = 1024;
constexpr std::uint64_t kMostDraws = 16384;
constexpr const char* kProtocol = "proto";

/// Half as many as there is to learn from: more would follow its chance.
std::uint64_t draws_for(const Samples& samples) {
  return std::clamp<std::uint64_t>(samples.size() / 2, kFewestDraws, kMostDraws);
}

/// What is aimed at in one chunk.
class Aim {
 public:
  Aim(const series::SeriesModel& series, std::uint64_t draws)
      : series_(series), layout_(series::layout_of(series.scheme)), draws_(draws) {}

  Targets targets(const Samples& samples, bool by_record) const {
    return doppelganger::targets_of(layout_, series_.options, series_.scheme.most_records, samples,
                                    by_record);
  }
  engine::Weights calibrated(const engine::Weights& weights, const Targets& targets,
                             std::uint64_t seed) const {
    return doppelganger::calibrated(weights, layout_, series_.options, series_.scheme.most_records,
                                    targets, draws_, seed);
  }
  engine::Weights calibrated_by_protocol(const engine::Weights& weights, const Samples& samples,
                                         std::uint64_t seed) const {
    return doppelganger::calibrated_given(weights, layout_, series_.options,
                                          series_.scheme.most_records, samples, kProtocol, seed);
  }

 private:
  const series::SeriesModel& series_;
  doppelganger::Layout layout_;
  std::uint64_t draws_;
};

/// Those that begin in their chunk.
Samples starting(const series::Scheme& scheme, const Samples& samples) {
  Samples those;
  those.attribute_width = samples.attribute_width;
  those.feature_width = samples.feature_width;
  std::size_t record = 0;
  for (std::size_t flow = 0; flow < samples.size(); record += samples.lengths[flow++]) {
    if (series::starts_here(scheme, samples.attributes_of(flow))) {
      append(samples, flow, record, those);
    }
  }
  return those;
}

}  // namespace

void calibrate_to_flows(series::SeriesModel& series, std::size_t chunk, const Samples& samples,
                        std::uint64_t seed) {
  const Aim aim(series, draws_for(samples));
  series.chunks[chunk] =
      aim.calibrated(series.chunks[chunk], aim.targets(samples, false), mix(seed, chunk));
}

void calibrate_to_records(TwinModel& model, std::size_t chunk, const Samples& samples,
                          std::uint64_t seed, unsigned threads) {
  series::SeriesModel& series = *model.series;
  const Aim aim(series, draws_for(samples));
  const bool by_record = !model.packets;
  const Samples beginning = starting(series.scheme, samples);
  if (beginning.size() == 0) {
    return;
  }
  Targets targets = aim.targets(samples, false);
  const Targets wanted = aim.targets(beginning, by_record);
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t own = mix(seed, chunk * kRounds + static_cast<std::uint64_t>(round));
    const Samples drawn = draw_series_flows(model, {draws_for(samples), own, threads, {}}, chunk);
    doppelganger::correct(targets, wanted, aim.targets(drawn, by_record));
    // The same draws each time, so that what is peculiar to them is corrected, too.
    series.chunks[chunk] = aim.calibrated(series.chunks[chunk], targets, mix(seed, chunk));
  }
  series.chunks[chunk] = aim.calibrated_by_protocol(series.chunks[chunk], samples, seed);
}

}  // namespace tracetwin
