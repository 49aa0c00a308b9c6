#include "pipeline/token_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "compile/compiler.h"
#include "encode/address_kind.h"
#include "encode/events.h"
#include "engine/autoregressive/sampler.h"
#include "engine/engine.h"
#include "marginal/systematic.h"
#include "pipeline/admission.h"
#include "pipeline/size_shares.h"
#include "pipeline/token_packets.h"
#include "pipeline/token_slots.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = 1024;  // rows with one stream of random numbers
constexpr int kTries = 16;            // to find two addresses that can speak with each other
constexpr unsigned kRoundShift = 40;  // streams of a round's rows lie apart from other rounds'
constexpr std::uint64_t kLarge = 64;  // packets of a conversation whose number may be changed
constexpr double kMostFactor = 2;
constexpr std::size_t kMostMeasured = std::size_t{1} << 18;  // conversations, for their sizes
constexpr std::size_t kSrcIp = 0;
constexpr std::size_t kDstIp = 1;
constexpr std::size_t kProto = 4;

bool is_possible(const Row& row) {
  return is_possible_pair(address_of(row[kSrcIp]), address_of(row[kDstIp]),
                          static_cast<std::uint8_t>(row[kProto]));
}

class TokenChooser {
 public:
  TokenChooser(const TwinModel& model, const GenerateJob& job, const Progress& progress)
      : model_(model),
        job_(job),
        progress_(progress),
        time_(time_field(model.schema)),
        tokenizer_(model.tokens->scheme, model.schema.fields),
        sampler_(layout_of(model.tokens->scheme), model.tokens->options, model.tokens->weights),
        admission_(model, job, model.window),
        slots_(
            slots_between(model, sampler_.first_shares(), admission_.window(), admission_.times())),
        packets_(model.tokens->packets ? std::make_optional<PacketDrawer>(*model.tokens->packets)
                                       : std::nullopt),
        all_(std::accumulate(
            slots_.begin(), slots_.end(), 0.0,
            [](double sum, const TokenSlot& slot) { return sum + slot.records; })) {}

  /// Conversations as the network makes them.
  std::vector<tokens::Magnitude> sizes() const {
    return magnitudes_of(draw(slots_of(*job_.count), 0, 0));
  }

  std::vector<Row> some() const { return draw_chosen(slots_of(*job_.count), 0, 0); }

  void choose(const std::function<void(const ChosenRows&)>& visit) {
    if (slots_.empty()) {
      admission_.refuse_time();
    }
    if (!job_.count && all_ > std::min<double>(engine::kMostRecords, UINT32_MAX)) {
      throw Error("so long a twin would hold too many records", "Give a --duration or a --count.");
    }
    if (job_.selection.where.empty()) {
      stream(visit);
    } else {
      visit(filtered());
    }
  }

 private:
  std::vector<std::uint32_t> counts_of(std::uint64_t count) const {
    std::vector<double> weights;
    for (const TokenSlot& slot : slots_) {
      weights.push_back(slot.records);
    }
    return marginal::systematic_counts(weights, {static_cast<std::size_t>(count), 1, 0.5});
  }

  /// The slot of each of so many rows.
  std::vector<std::uint32_t> slots_of(std::uint64_t count) const {
    const std::vector<std::uint32_t> counts = counts_of(count);
    std::vector<std::uint32_t> slots;
    for (std::uint32_t s = 0; s < slots_.size(); ++s) {
      slots.insert(slots.end(), counts[s], s);
    }
    return slots;
  }

  std::uint64_t natural_count() const {
    return static_cast<std::uint64_t>(std::llround(std::max(1.0, all_)));
  }

  /// Rows of several slots, in their order; of block `block` on in round `round`.
  std::vector<Row> draw(std::span<const std::uint32_t> slots, std::uint64_t round,
                        std::uint64_t block) const {
    std::vector<Row> rows(slots.size());
    parallel_blocks((slots.size() + kBlock - 1) / kBlock, job_.threads, [&](std::size_t i) {
      Random random(job_.seed, mix(kTokenStream, mix(round, block + i)));
      const std::size_t begin = i * kBlock;
      const std::size_t end = std::min(slots.size(), begin + kBlock);
      draw_block(slots.subspan(begin, end - begin), random,
                 std::span(rows).subspan(begin, end - begin));
    });
    return rows;
  }

  /// Rows of two addresses that cannot speak with each other are drawn again, a few times.
  void draw_block(std::span<const std::uint32_t> slots, Random& random, std::span<Row> rows) const {
    std::vector<std::size_t> missing(slots.size());
    std::iota(missing.begin(), missing.end(), std::size_t{0});
    for (int i = 0; i < kTries && !missing.empty(); ++i) {
      std::vector<std::uint16_t> tokens(missing.size() * tokenizer_.width());
      for (std::size_t m = 0; m < missing.size(); ++m) {
        tokens[m * tokenizer_.width()] = slots_[slots[missing[m]]].value;
      }
      sampler_.draw(tokens, 1, random);
      std::vector<std::size_t> impossible;
      for (std::size_t m = 0; m < missing.size(); ++m) {
        const auto own = std::span(tokens).subspan(m * tokenizer_.width(), tokenizer_.width());
        rows[missing[m]] = row_of(own, slots_[slots[missing[m]]], random);
        if (!is_possible(rows[missing[m]])) {
          impossible.push_back(missing[m]);
        }
      }
      missing = std::move(impossible);
    }
  }

  /// Times of a slot that is in the twin in part only are drawn evenly from that part.
  Row row_of(std::span<const std::uint16_t> tokens, const TokenSlot& slot, Random& random) const {
    Row row(model_.schema.fields.size());
    tokenizer_.decode(tokens, random, row);
    fill_fixed(model_.schema, row);
    row[time_] = static_cast<std::uint64_t>(row[time_]) + static_cast<std::uint64_t>(slot.shift_ns);
    if (!slot.times.contains(row[time_]) && !model_.schema.fields[time_].fixed) {
      row[time_] = slot.times.draw(random);
    }
    return row;
  }

  void sort(ChosenRows& chosen) const {
    std::vector<std::size_t> order(chosen.rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return chosen.rows[i][time_]; });
    ChosenRows sorted;
    sorted.window = chosen.window;
    for (const std::size_t i : order) {
      sorted.rows.push_back(std::move(chosen.rows[i]));
      sorted.streams.push_back(chosen.streams[i]);
    }
    chosen = std::move(sorted);
  }

  /// Rows of several slots, of captures chosen by their sizes among more.
  std::vector<Row> draw_chosen(std::span<const std::uint32_t> slots, std::uint64_t round,
                               std::uint64_t block) const {
    if (!packets_) {
      return draw(slots, round, block);
    }
    std::vector<std::uint32_t> candidates;
    for (const std::uint32_t slot : slots) {
      candidates.insert(candidates.end(), kCandidatesEach, slot);
    }
    std::vector<Row> rows = draw(candidates, round, block * kCandidatesEach);
    const auto sizes = magnitudes_of(rows);
    Random random(job_.seed, mix(kSizeStream, mix(round, block)));
    std::vector<Row> kept;
    for (const std::size_t i :
         keep_by_size(sizes, slots.size(), model_.tokens->packets->sizes, random)) {
      kept.push_back(rows[i]);
    }
    return kept;
  }

  using VisitRows = std::function<void(std::vector<Row>&)>;

  /// All rows of a twin, some slots' at a time.
  void each_batch(std::span<const std::uint32_t> counts, const VisitRows& visit) const {
    std::uint64_t blocks = 0;
    std::vector<std::uint32_t> waiting;
    for (std::uint32_t s = 0; s < slots_.size(); ++s) {
      waiting.insert(waiting.end(), counts[s], s);
      if (waiting.size() < kRowsAtOnce && s + 1 < slots_.size()) {
        continue;
      }
      std::vector<Row> rows = draw_chosen(waiting, 0, blocks);
      visit(rows);
      blocks += (waiting.size() + kBlock - 1) / kBlock;
      waiting.clear();
    }
  }

  /// What the packets of large conversations are multiplied by, so that a twin has as many for each
  /// conversation as the capture. The rows of a twin of one batch are left in `only`, so that they
  /// need not be drawn again.
  double packet_factor(std::span<const std::uint32_t> counts, std::uint64_t count,
                       std::vector<Row>& only) const {
    double small = 0;
    double large = 0;
    each_batch(counts, [&](std::vector<Row>& rows) {
      for (const Row& row : rows) {
        (packets_in(row) < kLarge ? small : large) += static_cast<double>(packets_in(row));
      }
      if (count < kRowsAtOnce) {
        only = std::move(rows);
      }
    });
    const double wanted = static_cast<double>(model_.tokens->packets->packets) *
                          static_cast<double>(count) / static_cast<double>(model_.tokens->records);
    return large > 0 ? std::clamp((wanted - small) / large, 1 / kMostFactor, kMostFactor) : 1;
  }

  void stream(const std::function<void(const ChosenRows&)>& visit) const {
    const std::uint64_t count = job_.count.value_or(natural_count());
    const std::vector<std::uint32_t> counts = counts_of(count);
    std::vector<Row> only;
    const double factor = packets_ ? packet_factor(counts, count, only) : 1;
    std::uint64_t done = 0;
    const VisitRows finish = [&](std::vector<Row>& rows) {
      ChosenRows chosen;
      chosen.window = admission_.window();
      for (Row& row : rows) {
        const bool large = packets_ && packets_in(row) >= kLarge;
        chosen.rows.push_back(large ? with_packets_scaled(std::move(row), factor) : std::move(row));
        chosen.streams.push_back(done++);
      }
      sort(chosen);
      add_plans(chosen);
      visit(chosen);
      if (progress_) {
        progress_({"generating", done, count, "records"});
      }
    };
    only.empty() ? each_batch(counts, finish) : finish(only);
  }

  /// What is let through of a twin, or as many of twin after twin as were asked for.
  ChosenRows filtered() {
    ChosenRows chosen;
    chosen.window = admission_.window();
    const std::uint64_t wanted = job_.count.value_or(1);
    std::uint64_t drawn = 0;
    for (std::uint64_t round = 1; round == 1 || chosen.rows.size() < wanted; ++round) {
      admission_.check_yield(drawn, chosen.rows.size(), wanted);
      drawn += add_round(round, chosen);
    }
    if (job_.count && chosen.rows.size() > wanted) {
      keep_some(wanted, chosen);
    }
    sort(chosen);
    add_plans(chosen);
    return chosen;
  }

  /// When the last packet of a twin may be: as long after its window as in the capture.
  std::int64_t end_of_packets() const {
    return admission_.window().end + model_.tokens->packets->end_ns - model_.window.end;
  }

  std::vector<ConversationPlan> plans_of(std::span<const Row> rows,
                                         std::span<const std::uint64_t> streams) const {
    return packets_->plans(rows, streams, job_.seed, end_of_packets(), job_.threads);
  }

  void add_plans(ChosenRows& chosen) const {
    if (packets_) {
      chosen.plans = plans_of(chosen.rows, chosen.streams);
    }
  }

  /// Rows whose records, or conversations, are not let through become empty.
  void admit(std::vector<Row>& rows, std::uint64_t round) {
    const auto stream_of = [&](std::size_t r) { return round << kRoundShift | r; };
    std::vector<ConversationPlan> plans;
    if (packets_) {
      std::vector<std::uint64_t> streams;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        streams.push_back(stream_of(r));
      }
      plans = plans_of(rows, streams);
    }
    parallel_blocks((rows.size() + kBlock - 1) / kBlock, job_.threads, [&](std::size_t block) {
      Random random(job_.seed, mix(kDecodeStream, mix(round, block)));
      for (std::size_t r = block * kBlock; r < std::min(rows.size(), (block + 1) * kBlock); ++r) {
        if (!packets_) {
          rows[r] = admission_.settled(std::move(rows[r]), stream_of(r), random);
        } else if (!admits(plans[r], stream_of(r))) {
          rows[r].clear();
        }
      }
    });
  }

  bool admits(const ConversationPlan& plan, std::uint64_t stream) {
    Random random(job_.seed, mix(kCompileStream, stream));
    std::vector<Packet> packets;
    compile(plan, random, packets);
    return admission_.admits(std::move(packets));
  }

  std::uint64_t add_round(std::uint64_t round, ChosenRows& chosen) {
    const std::vector<std::uint32_t> slots = slots_of(natural_count());
    std::vector<Row> rows = draw_chosen(slots, round, 0);
    admit(rows, round);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (!rows[r].empty()) {
        chosen.rows.push_back(std::move(rows[r]));
        chosen.streams.push_back(round << kRoundShift | r);
      }
    }
    if (progress_) {
      progress_({"generating", chosen.rows.size(), job_.count.value_or(0), "records"});
    }
    return slots.size();
  }

  /// Chance decides which, lest the last slots be short of rows.
  void keep_some(std::size_t count, ChosenRows& chosen) const {
    Random random(job_.seed, kTokenStream);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t other = i + random.below(chosen.rows.size() - i);
      std::swap(chosen.rows[i], chosen.rows[other]);
      std::swap(chosen.streams[i], chosen.streams[other]);
    }
    chosen.rows.resize(count);
    chosen.streams.resize(count);
  }

  const TwinModel& model_;
  const GenerateJob& job_;
  const Progress& progress_;
  std::size_t time_;
  tokens::Tokenizer tokenizer_;
  autoregressive::Sampler sampler_;
  Admission admission_;
  std::vector<TokenSlot> slots_;
  std::optional<PacketDrawer> packets_;
  double all_;
};

}  // namespace

void choose_token_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                       const std::function<void(const ChosenRows&)>& visit) {
  TokenChooser(model, job, progress).choose(visit);
}

std::vector<Row> draw_token_rows(const TwinModel& model, std::size_t count, std::uint64_t seed,
                                 unsigned threads) {
  GenerateJob job;
  job.count = count;
  job.seed = seed;
  job.threads = threads;
  return TokenChooser(model, job, {}).some();
}

void calibrate_sizes(TwinModel& model, std::span<const tokens::Magnitude> real, std::uint64_t seed,
                     unsigned threads) {
  tokens::SizeShares& sizes = model.tokens->packets->sizes;
  sizes = {{}, {1}, {}};
  GenerateJob job;
  job.count = std::min(real.size() * kCandidatesEach * kCandidatesEach, kMostMeasured);
  job.seed = mix(seed, kSizeStream);
  job.threads = threads;
  sizes = size_shares(real, TokenChooser(model, job, {}).sizes());
}

}  // namespace tracetwin
