#include "evaluate/heavy_hitters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/scores.h"
#include "evaluate/sketches.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kMostRepeats = 10;
constexpr std::size_t kFewestRepeats = 3;
constexpr std::size_t kKeysInAll = 4'000'000;  // over all repeats
constexpr std::size_t kKeysDetected = 500'000;
constexpr double kShare = 0.001;
constexpr double kFewestPackets = 10;

struct SketchKind {
  const char* id;
  const char* name;
  Estimates (*estimate)(const KeyCounts&, Asked, const SketchSize&, std::uint64_t, Detection*);
};
constexpr std::array kSketches = {SketchKind{"count_min", "Count-Min", count_min},
                                  SketchKind{"count_sketch", "Count Sketch", count_sketch},
                                  SketchKind{"univmon", "UnivMon", univmon},
                                  SketchKind{"nitro", "NitroSketch", nitro_sketch}};

/// What keys a stream is counted by.
enum class Key { kDestination, kSource, kTuple };
struct KeyKind {
  Key key;
  const char* id;
  const char* name;
};
constexpr std::array<KeyKind, kHeavyKeys> kKeys = {
    KeyKind{Key::kDestination, "dstip", "destinations"}, KeyKind{Key::kSource, "srcip", "sources"},
    KeyKind{Key::kTuple, "five_tuple", "five-tuples"}};

/// Packets of each key that occurs. Addresses stand for themselves, so that both traces hash an
/// address alike.
KeyCounts counts_of(const Sample& sample, Key key) {
  const Columns& columns = sample.columns;
  const NumberColumn* packets = columns.number("pkt");
  const auto code_of = [&](std::size_t row) {
    return key == Key::kTuple    ? sample.tuples.of_row[row]
           : key == Key::kSource ? columns.src[row]
                                 : columns.dst[row];
  };
  const std::size_t codes = key == Key::kTuple ? sample.tuples.size() : columns.addresses->size();
  std::vector<double> sums(codes);
  std::vector<bool> occurs(codes);
  for (std::size_t row = 0; row < sample.rows(); ++row) {
    const std::uint32_t code = code_of(row);
    sums[code] += packets != nullptr ? packets->values[row] : 1;
    occurs[code] = true;
  }
  KeyCounts stream;
  for (std::size_t code = 0; code < codes; ++code) {
    if (occurs[code]) {
      const std::uint64_t own = key == Key::kTuple
                                    ? sample.tuples.keys[code]
                                    : std::hash<IpAddress>()((*columns.addresses)[code]);
      stream.keys.push_back(own);
      stream.counts.push_back(whole_number(sums[code]));
    }
  }
  return stream;
}

/// A stream, and which of its keys are heavy: at least `threshold` packets.
struct Counted {
  KeyCounts stream;
  double threshold = 0;
  std::vector<std::uint32_t> heavy = {};
};

Counted counted(const Sample& sample, Key key, double share) {
  Counted found{counts_of(sample, key)};
  double all = 0;
  for (const std::uint64_t count : found.stream.counts) {
    all += static_cast<double>(count);
  }
  found.threshold = share * all;
  for (std::uint32_t i = 0; i < found.stream.counts.size(); ++i) {
    const std::uint64_t count = found.stream.counts[i];
    if (static_cast<double>(count) >= found.threshold && count > 0) {
      found.heavy.push_back(i);
    }
  }
  return found;
}

/// How often sketches are made, and how often they are asked about all keys, too.
struct Repeats {
  std::size_t errors = kMostRepeats;
  std::size_t detections = kMostRepeats;
};

Repeats repeats_of(std::size_t keys) {
  const std::size_t errors =
      std::clamp(kKeysInAll / std::max<std::size_t>(1, keys), kFewestRepeats, kMostRepeats);
  return {errors,
          std::clamp<std::size_t>(kKeysDetected / std::max<std::size_t>(1, keys), 1, errors)};
}

/// What one sketch does with a stream.
struct Performance {
  std::vector<double> errors;  ///< mean relative error over the heavy keys, once a repeat
  double f1 = kNan;            ///< of telling which keys are heavy, mean over repeats
};

double mean_error(const Counted& counted, const Estimates& estimates) {
  double sum = 0;
  for (std::size_t i = 0; i < counted.heavy.size(); ++i) {
    const auto count = static_cast<double>(counted.stream.counts[counted.heavy[i]]);
    sum += std::abs(estimates[i] - count) / count;
  }
  return sum / static_cast<double>(counted.heavy.size());
}

Performance performance(const Counted& counted, const SketchKind& sketch, const SketchSize& size,
                        const Repeats& repeats, std::uint64_t seed) {
  Performance found;
  if (counted.heavy.empty()) {
    return found;
  }
  std::vector<double> f1;
  for (std::size_t repeat = 0; repeat < repeats.errors; ++repeat) {
    Detection detection{counted.threshold};
    const bool detects = repeat < repeats.detections;
    found.errors.push_back(
        mean_error(counted, sketch.estimate(counted.stream, counted.heavy, size, mix(seed, repeat),
                                            detects ? &detection : nullptr)));
    if (detects) {
      f1.push_back(2 * static_cast<double>(detection.right) /
                   static_cast<double>(detection.detected + counted.heavy.size()));
    }
  }
  found.f1 = mean(f1);
  return found;
}

struct Gap {
  double value = kNan;
  double spread = kNan;
  double real = kNan;
  double synthetic = kNan;
  double real_f1 = kNan;
  double synthetic_f1 = kNan;
};

/// Of the means over all repeats; its spread is that over repeats.
Gap gap_of(const Performance& on_real, const Performance& on_synthetic) {
  const std::vector<double>& real = on_real.errors;
  const std::vector<double>& synthetic = on_synthetic.errors;
  if (real.empty() || synthetic.empty()) {
    return {};
  }
  std::vector<double> each;
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (real[i] > 0) {
      each.push_back(std::abs(synthetic[i] - real[i]) / real[i]);
    }
  }
  const double of_real = mean(real);
  const double of_synthetic = mean(synthetic);
  return {of_real > 0 ? std::abs(of_synthetic - of_real) / of_real : kNan,
          each.empty() ? kNan : deviation(each),
          of_real,
          of_synthetic,
          on_real.f1,
          on_synthetic.f1};
}

void add_errors(GroupBuilder& group, const KeyKind& kind, const std::vector<Gap>& found,
                const std::string& why) {
  for (std::size_t i = 0; i < kSketches.size(); ++i) {
    Metric& metric = group.add(
        {.id = fmt::format("error.{}.{}", kind.id, kSketches[i].id),
         .name = fmt::format("Error of {} for {}", kSketches[i].name, kind.name),
         .explain = "Mean relative error of the estimates of heavy hitters on the twin; the floor "
                    "is that on the real trace.",
         .better = Better::kNone},
        found[i].synthetic, why);
    if (std::isfinite(found[i].real)) {
      metric.floor = found[i].real;
    }
  }
}

void add_detections(GroupBuilder& group, const KeyKind& kind, const std::vector<Gap>& found,
                    const std::string& why) {
  for (std::size_t i = 0; i < kSketches.size(); ++i) {
    Metric& metric = group.add(
        {.id = fmt::format("f1.{}.{}", kind.id, kSketches[i].id),
         .name = fmt::format("F1 of {} for heavy {}", kSketches[i].name, kind.name),
         .explain = "How well the sketch tells which keys of the twin are heavy; the floor is that "
                    "on the real trace.",
         .better = Better::kNone,
         .high = 1},
        found[i].synthetic_f1, why);
    if (std::isfinite(found[i].real_f1)) {
      metric.floor = found[i].real_f1;
    }
  }
}

void add_key(GroupBuilder& group, const Pair& pair, const KeyKind& kind, std::uint64_t seed) {
  const double share = std::max(kShare, kFewestPackets / static_cast<double>(pair.real.rows()));
  const Counted real = counted(pair.real, kind.key, share);
  const Counted synthetic = counted(pair.synthetic, kind.key, share);
  const std::size_t keys = real.stream.keys.size();
  // Much smaller than the number of keys, or nothing would collide and every error were 0.
  const double wanted = std::nearbyint(static_cast<double>(keys) / 4);
  const SketchSize size{5, static_cast<std::size_t>(std::clamp(wanted, 64.0, 1000.0))};
  const Repeats repeats = repeats_of(keys);
  const std::string why = "a trace has no heavy hitter, or the sketch makes no error";
  std::vector<double> of_real;
  std::vector<double> of_synthetic;
  std::vector<double> gaps;
  std::vector<Gap> found;
  for (const SketchKind& sketch : kSketches) {
    found.push_back(gap_of(performance(real, sketch, size, repeats, seed),
                           performance(synthetic, sketch, size, repeats, seed)));
    of_real.push_back(found.back().real);
    of_synthetic.push_back(found.back().synthetic);
    if (std::isfinite(found.back().value)) {
      gaps.push_back(found.back().value);
    }
  }
  std::ranges::sort(gaps);
  group.add({.id = fmt::format("gap.{}", kind.id),
             .name = fmt::format("Error gap for {}, middle of four sketches", kind.name),
             .explain = "How far, relatively, the sketches' error on the twin is from that on the "
                        "real trace; the median, since one unlucky hash function can make one "
                        "sketch's error a hundred times larger.",
             .marks = Marks{0.25, 0.75}},
            gaps.empty() ? kNan : quantile(gaps, 0.5), why);
  for (std::size_t i = 0; i < kSketches.size(); ++i) {
    Metric& metric = group.add(
        {.id = fmt::format("gap.{}.{}", kind.id, kSketches[i].id),
         .name = fmt::format("Error gap of {} for {}", kSketches[i].name, kind.name),
         .explain =
             "The same for one sketch; the spread is over repeats with other hash functions."},
        found[i].value, why);
    if (metric.value && std::isfinite(found[i].spread)) {
      metric.spread = found[i].spread;
    }
  }
  add_errors(group, kind, found, why);
  add_detections(group, kind, found, why);
  const bool all = std::ranges::none_of(of_real, [](double e) { return std::isnan(e); }) &&
                   std::ranges::none_of(of_synthetic, [](double e) { return std::isnan(e); });
  group.add({.id = fmt::format("order.{}", kind.id),
             .name = fmt::format("Order of the sketches kept for {} (Spearman)", kind.name),
             .explain = "Rank correlation of the four errors; with four items it says little.",
             .better = Better::kHigher,
             .low = -1,
             .high = 1},
            all ? spearman(of_real, of_synthetic) : kNan, why);
}

}  // namespace

Group heavy_hitter_group(const Pair& pair, std::uint64_t seed, std::size_t key) {
  GroupBuilder group("sketches", "Estimating heavy hitters",
                     "Four sketches of equal memory count packets; their error on the twin should "
                     "be that on the real trace.");
  add_key(group, pair, kKeys.at(key), seed);
  return group.take();
}

}  // namespace tracetwin::evaluate
