#include "pipeline/series_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "compile/compiler.h"
#include "encode/address_kind.h"
#include "encode/events.h"
#include "encode/flow_rows.h"
#include "marginal/systematic.h"
#include "pipeline/admission.h"
#include "pipeline/plan_packets.h"
#include "pipeline/series_fields.h"
#include "series/draw.h"

namespace tracetwin {
namespace {

using series::Chunk;
using series::DrawnFlow;

Key key_of_time(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns);
}

/// One chunk at one place of the twin's time, and how much of it lies in that.
struct Slot {
  std::size_t chunk = 0;
  std::uint64_t repeat = 0;
  std::int64_t shift_ns = 0;
  double share = 1;
};

class SeriesChooser {
 public:
  SeriesChooser(const TwinModel& model, const GenerateJob& job, const Progress& progress)
      : model_(model),
        series_(*model.series),
        job_(job),
        progress_(progress),
        fields_(series_fields(model)),
        lexicon_(fields_.lexicon(series_.scheme.embeddings)),
        time_(time_field(model.schema)),
        keys_(key_fields(model.schema)),
        steps_(step_columns(model.schema)),
        whole_(model.packets || !steps_.empty()),
        admission_(model, job, span()) {}

  void choose(const std::function<void(const ChosenRows&)>& visit) {
    const std::vector<Slot> slots = make_slots();
    const std::vector<std::uint32_t> counts = counts_of(slots);
    std::vector<std::vector<float>> carried;
    std::uint64_t rows = 0;
    for (std::size_t s = 0; s < slots.size(); ++s) {
      if (slots[s].chunk == 0) {
        carried.clear();
      }
      ChosenRows chosen = draw(slots[s], counts[s], carried, nullptr);
      rows += chosen.rows.size();
      visit(chosen);
      if (progress_) {
        progress_({"generating", s + 1, slots.size(), "chunks"});
      }
    }
    if (rows == 0) {
      throw Error("no record that the networks made satisfies all conditions",
                  "Leave a condition out, or give a --count to make them draw until some do.");
    }
  }

  doppelganger::Samples new_flows(std::size_t chunk) {
    std::vector<std::vector<float>> carried;
    doppelganger::Samples taken;
    draw({chunk, 0, 0, 1}, job_.count.value_or(1), carried, &taken);
    return taken;
  }

 private:
  Window span() const {
    return {series_.scheme.chunks.front().begin_ns, series_.scheme.chunks.back().end_ns};
  }

  /// The chunks that reach into the twin's time, again and again where it is longer than the
  /// model's.
  std::vector<Slot> make_slots() const {
    const std::int64_t length = span().end - span().begin;
    std::vector<Slot> slots;
    for (std::uint64_t repeat = 0;; ++repeat) {
      const std::int64_t shift =
          admission_.window().begin - span().begin + static_cast<std::int64_t>(repeat) * length;
      for (std::size_t c = 0; c < series_.scheme.chunks.size(); ++c) {
        const Chunk& chunk = series_.scheme.chunks[c];
        const std::int64_t begin = chunk.begin_ns + shift;
        if (begin >= admission_.window().end) {
          return slots;
        }
        const double inside =
            static_cast<double>(std::min(admission_.window().end, chunk.end_ns + shift) - begin);
        slots.push_back(
            {c, repeat, shift, inside / static_cast<double>(chunk.end_ns - chunk.begin_ns)});
      }
    }
  }

  /// How many records (conversations) each slot gives.
  std::vector<std::uint32_t> counts_of(const std::vector<Slot>& slots) const {
    std::vector<double> weights;
    for (const Slot& slot : slots) {
      const Chunk& chunk = series_.scheme.chunks[slot.chunk];
      const std::uint64_t units = whole_ ? chunk.flows : chunk.records;
      weights.push_back(slot.share * static_cast<double>(units));
    }
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto natural = static_cast<std::uint64_t>(std::llround(std::max(1.0, all)));
    return marginal::systematic_counts(
        weights, {static_cast<std::size_t>(job_.count.value_or(natural)), 1, 0.5});
  }

  ChosenRows draw(const Slot& slot, std::uint64_t count, std::vector<std::vector<float>>& carried,
                  doppelganger::Samples* taken) {
    series::DrawRequest request;
    request.chunk = slot.chunk;
    request.count = count;
    request.seed = mix(job_.seed, slot.repeat);
    request.threads = job_.threads;
    request.taken = taken;
    const bool trial = !job_.count && !admission_.conditions().empty();
    request.settle = [&](DrawnFlow& flow) { return settle(flow, slot); };
    request.admit = [&](DrawnFlow& flow) { return admit(flow, trial); };
    if (taken == nullptr && !series_.mixes.empty()) {
      request.mix = &series_.mixes[slot.chunk];
      request.fields = mix_fields(model_);
      request.each = whole_ ? 1 : request.mix->records;
    }
    request.check_yield = [&](std::uint64_t drawn, std::uint64_t kept) {
      admission_.check_yield(drawn, kept, count);
    };
    auto drawn = series::draw_chunk(series_, lexicon_, request, carried);
    std::ranges::move(drawn.carried, std::back_inserter(carried));
    return sorted(drawn.flows);
  }

  /// Makes a flow one that can be, in the twin's time.
  bool settle(DrawnFlow& flow, const Slot& slot) const {
    fill_fixed(model_.schema, flow.row);
    Random random(job_.seed, mix(kDecodeStream, stream_of(flow)));
    settle_tuple(flow.row, random);
    for (std::int64_t& time : flow.time_ns) {
      time += slot.shift_ns;
    }
    if (!is_possible(flow.row) || (!steps_.empty() && flow.time_ns.size() != steps_.size())) {
      return false;
    }
    settle_directions(flow);
    return true;
  }

  /// Whose packets the protocols let be whose.
  void settle_directions(DrawnFlow& flow) const {
    if (!model_.packets) {
      return;
    }
    const ConversationPlan plan = plan_of(flow);
    for (std::size_t r = 0; r < flow.features.size(); ++r) {
      flow.features[r][direction_field(model_.schema.fields.size())] =
          plan.packets[r].forward ? 1 : 0;
    }
  }

  /// Takes out what is not asked for. A trial counts what it takes out.
  std::size_t admit(DrawnFlow& flow, bool trial) {
    Random random(job_.seed, mix(kAdmitStream, stream_of(flow)));
    return model_.packets    ? admit_conversation(flow, trial)
           : !steps_.empty() ? admit_series(flow, random, trial)
                             : admit_records(flow, random, trial);
  }

  /// Of the flow itself, since where it comes to stand is not known before all are drawn.
  std::uint64_t stream_of(const DrawnFlow& flow) const {
    constexpr unsigned kHalf = 64;
    auto stream = static_cast<std::uint64_t>(flow.time_ns.front());
    for (const Key key : flow.row) {
      stream = mix(mix(stream, static_cast<std::uint64_t>(key >> kHalf)),
                   static_cast<std::uint64_t>(key));
    }
    return stream;
  }

  /// Networks do not know that both addresses are of one family, so such flows are drawn again.
  static bool is_possible(const std::vector<Key>& row) {
    return is_possible_pair(address_of(row[0]), address_of(row[1]),
                            static_cast<std::uint8_t>(row[4]));
  }

  static void settle_tuple(std::vector<Key>& row, Random& random) {
    FiveTuple tuple{address_of(row[0]), address_of(row[1]), static_cast<std::uint16_t>(row[2]),
                    static_cast<std::uint16_t>(row[3]), static_cast<std::uint8_t>(row[4])};
    make_possible(tuple, random);
    row[0] = key_of(tuple.src);
    row[1] = key_of(tuple.dst);
    row[2] = tuple.srcport;
    row[3] = tuple.dstport;
    row[4] = tuple.proto;
  }

  /// The row of one record: what its flow and what it has.
  Row record_row(const DrawnFlow& flow, std::size_t r) const {
    Row row = flow.features[r];
    row.resize(model_.schema.fields.size());
    for (const std::size_t f : keys_) {
      row[f] = flow.row[f];
    }
    fill_fixed(model_.schema, row);
    row[time_] = key_of_time(flow.time_ns[r]);
    return row;
  }

  /// What is let through is kept as whole rows.
  std::size_t admit_records(DrawnFlow& flow, Random& random, bool trial) {
    std::size_t kept = 0;
    const std::size_t records = flow.time_ns.size();
    for (std::size_t r = 0; r < records; ++r) {
      Row row = record_row(flow, r);
      if (!admission_.conditions().empty()) {
        row = admission_.settled(std::move(row), 0, random);
      }
      if (row.empty() || !admission_.window().holds(flow.time_ns[r])) {
        continue;
      }
      flow.time_ns[kept] = flow.time_ns[r];
      flow.features[kept] = std::move(row);
      ++kept;
    }
    flow.time_ns.resize(kept);
    flow.features.resize(kept);
    return trial ? records : kept;
  }

  std::size_t admit_conversation(DrawnFlow& flow, bool trial) {
    bool kept = admission_.window().holds(flow.time_ns.front());
    if (kept && !admission_.conditions().empty()) {
      Random random(job_.seed, mix(kCompileStream, stream_of(flow)));
      std::vector<Packet> packets;
      compile(plan_of(flow), random, packets);
      kept = admission_.admits(std::move(packets));
    }
    if (!kept) {
      flow.time_ns.clear();
    }
    return kept || trial ? 1 : 0;
  }

  /// One row of a table of series.
  Row series_row(const DrawnFlow& flow) const {
    const std::size_t fields = model_.schema.fields.size();
    Row row(flow.row.begin(), flow.row.begin() + static_cast<std::ptrdiff_t>(fields));
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      row[steps_[i]] = flow.features[i][step_field(fields)];
    }
    fill_fixed(model_.schema, row);
    return row;
  }

  std::size_t admit_series(DrawnFlow& flow, Random& random, bool trial) {
    const bool kept =
        admission_.conditions().empty() || !admission_.settled(series_row(flow), 0, random).empty();
    if (!kept) {
      flow.time_ns.clear();
    }
    return kept || trial ? 1 : 0;
  }

  ConversationPlan plan_of(const DrawnFlow& flow) const {
    const std::size_t fields = model_.schema.fields.size();
    std::vector<PacketPlan> packets;
    for (std::size_t r = 0; r < flow.time_ns.size(); ++r) {
      const auto& features = flow.features[r];
      packets.push_back({flow.time_ns[r],
                         static_cast<std::uint32_t>(features[payload_field_at(fields)]),
                         r == 0 || features[direction_field(fields)] != 0, false});
    }
    Row row(flow.row.begin(), flow.row.begin() + static_cast<std::ptrdiff_t>(fields));
    return plan_given_packets(std::move(row), std::move(packets));
  }

  ChosenRows sorted(std::vector<DrawnFlow>& flows) const {
    struct Place {
      std::int64_t time_ns;
      std::size_t flow;
      std::size_t record;
    };
    std::vector<Place> order;
    for (std::size_t f = 0; f < flows.size(); ++f) {
      const std::size_t records =
          whole_ ? std::min<std::size_t>(1, flows[f].time_ns.size()) : flows[f].time_ns.size();
      for (std::size_t r = 0; r < records; ++r) {
        order.push_back({flows[f].time_ns[r], f, r});
      }
    }
    std::ranges::stable_sort(order, {}, &Place::time_ns);
    ChosenRows chosen;
    chosen.window = admission_.window();
    for (const Place& place : order) {
      DrawnFlow& flow = flows[place.flow];
      chosen.streams.push_back(stream_of(flow));
      if (model_.packets) {
        chosen.plans.push_back(plan_of(flow));
        chosen.rows.emplace_back(model_.schema.fields.size());
        chosen.rows.back()[time_] = key_of_time(flow.time_ns.front());
      } else if (!steps_.empty()) {
        chosen.rows.push_back(series_row(flow));
      } else {
        chosen.rows.push_back(std::move(flow.features[place.record]));
      }
    }
    return chosen;
  }

  const TwinModel& model_;
  const series::SeriesModel& series_;
  const GenerateJob& job_;
  const Progress& progress_;
  SeriesFields fields_;
  series::Lexicon lexicon_;
  std::size_t time_;
  std::vector<std::size_t> keys_;
  std::vector<std::size_t> steps_;  // of a table of series
  bool whole_;                      // flows are rows, not their records
  Admission admission_;
};

}  // namespace

void choose_series_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                        const std::function<void(const ChosenRows&)>& visit) {
  SeriesChooser(model, job, progress).choose(visit);
}

doppelganger::Samples draw_series_flows(const TwinModel& model, const GenerateJob& job,
                                        std::size_t chunk) {
  return SeriesChooser(model, job, {}).new_flows(chunk);
}

}  // namespace tracetwin
