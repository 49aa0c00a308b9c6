#include "pipeline/rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "encode/impossible.h"
#include "engine/engine.h"
#include "pipeline/address_pairs.h"
#include "pipeline/hosts.h"
#include "pipeline/sorted_runs.h"

namespace tracetwin {
namespace {

constexpr std::size_t kBlock = kRowsOfPart;  // rows with one stream of random numbers
constexpr std::size_t kServicePort = 3;

/// A round of packets: in some of the turns every process makes a part, in the others all but the
/// first one.
constexpr std::size_t kTurns = 6;

std::size_t turns_of_all(std::size_t processes) {
  return kTurns - std::min(kTurns, processes);
}

/// The way of synthetic records from an engine's codes, in no order, to rows in order of time.
class RowStream {
 public:
  RowStream(const TwinModel& model, const GenerateJob& job)
      : model_(model),
        job_(job),
        time_(time_field(model.schema)),
        runs_(model.schema.fields.size()) {
    for (std::size_t f = 0; f < model.schema.fields.size(); ++f) {
      if (model.schema.fields[f].kind == FieldKind::kAddress) {
        address_fields_.push_back(f);
        hosts_.emplace_back(model, f, job.seed);
      }
    }
  }

  /// A shard's run for add(); the codes of addresses become tokens, which hosts are made of.
  std::string run_of(std::uint64_t number, Table&& shard) const {
    make_pairs_possible(model_, shard, mix(job_.seed, number));
    Random random(job_.seed, mix(kTimeStream, number));
    std::vector<CodedRow> run(shard.rows());
    for (std::size_t row = 0; row < run.size(); ++row) {
      for (const auto& column : shard.columns) {
        run[row].codes.push_back(column[row]);
      }
      run[row].time_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(
          model_.vocabularies[time_].decode(run[row].codes[time_], random)));
      for (const std::size_t field : address_fields_) {
        std::uint16_t& code = run[row].codes[field];
        code = model_.vocabularies[field].pick(code, random);
      }
    }
    std::stable_sort(run.begin(), run.end(),
                     [](const CodedRow& a, const CodedRow& b) { return a.time_ns < b.time_ns; });
    return SortedRuns::pack(run);
  }

  void add(std::string_view run) {
    runs_.look(run, [&](std::span<const std::uint16_t> codes) {
      for (std::size_t i = 0; i < hosts_.size(); ++i) {
        hosts_[i].count(codes[address_fields_[i]], codes[kServicePort]);
      }
    });
    runs_.add_packed(run);
  }

  void visit(const std::function<void(std::vector<Row>&)>& visit) {
    for (Hosts& hosts : hosts_) {
      hosts.settle();
    }
    runs_.merge([&](const CodedRow& coded) {
      begin_row(coded);
      if (size_ == kRowsAtOnce * job_.site.ranks.size()) {
        finish(visit);
      }
    });
    if (size_ > 0) {
      finish(visit);
    }
  }

 private:
  /// What depends on the rows before: the rest is left as codes.
  void begin_row(const CodedRow& coded) {
    if (size_ == rows_.size()) {
      rows_.emplace_back();
    }
    Row& row = rows_[size_++];
    row.assign(coded.codes.begin(), coded.codes.end());
    row[time_] = static_cast<std::uint64_t>(coded.time_ns);
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      const std::size_t field = address_fields_[i];
      row[field] = hosts_[i].next(coded.codes[field], coded.codes[kServicePort]);
    }
  }

  void finish(const std::function<void(std::vector<Row>&)>& visit) {
    const work::Ranks& ranks = job_.site.ranks;
    rows_.resize(size_);
    parallel_blocks((size_ + kBlock - 1) / kBlock, job_.threads, [&](std::size_t block) {
      if (maker_of(block, model_.schema.kind, ranks.size()) != ranks.rank()) {
        return;
      }
      Random random(job_.seed, mix(kDecodeStream, visited_ / kBlock + block));
      for (std::size_t r = block * kBlock; r < std::min(size_, (block + 1) * kBlock); ++r) {
        decode(rows_[r], random);
      }
    });
    visit(rows_);
    visited_ += size_;
    size_ = 0;
  }

  void decode(Row& row, Random& random) const {
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (f != time_ && model_.schema.fields[f].kind != FieldKind::kAddress) {
        row[f] = model_.vocabularies[f].decode(static_cast<std::uint16_t>(row[f]), random);
      }
    }
  }

  const TwinModel& model_;
  const GenerateJob& job_;
  std::size_t time_;
  std::vector<std::size_t> address_fields_;
  std::vector<Hosts> hosts_;  // of the address fields
  SortedRuns runs_;
  std::vector<Row> rows_;  // the first size_ are in use
  std::size_t size_ = 0;
  std::size_t visited_ = 0;
};

}  // namespace

std::size_t time_field(const Schema& schema) {
  const auto found = std::find_if(schema.fields.begin(), schema.fields.end(),
                                  [](const Field& f) { return f.kind == FieldKind::kTime; });
  return static_cast<std::size_t>(found - schema.fields.begin());
}

std::size_t maker_of(std::size_t part, TraceKind kind, std::size_t processes) {
  if (kind == TraceKind::kFlows || processes == 1) {
    return part % processes;
  }
  const std::size_t at = part % parts_of_round(processes);
  const std::size_t of_all = turns_of_all(processes) * processes;
  return at < of_all ? at % processes : 1 + (at - of_all) % (processes - 1);
}

std::size_t parts_of_round(std::size_t processes) {
  return processes == 1 ? 1 : kTurns * (processes - 1) + turns_of_all(processes);
}

std::size_t rows_asked(const TwinModel& model, const GenerateJob& job) {
  return job.count ? static_cast<std::size_t>(*job.count)
                   : static_cast<std::size_t>(std::llround(std::max(1.0, model.table.records)));
}

void stream_rows(const TwinModel& model, const GenerateJob& job, const Progress& progress,
                 const std::function<void(std::vector<Row>&)>& visit) {
  engine::GenerateOptions options;
  options.rows = rows_asked(model, job);
  options.seed = job.seed;
  options.threads = job.threads;
  options.impossible = impossible_pairs(model.schema, model.vocabularies);
  options.site = job.site;
  RowStream stream(model, job);
  engine::engine_named(model.engine)
      .generate(model.table, options, progress,
                {[&](std::size_t number, Table&& shard) {
                   return stream.run_of(number, std::move(shard));
                 },
                 [&](std::string_view run) { stream.add(run); }});
  stream.visit(visit);
}

std::vector<Row> generate_rows(const TwinModel& model, const GenerateJob& job,
                               const Progress& progress) {
  std::vector<Row> rows;
  stream_rows(model, job, progress,
              [&](std::vector<Row>& some) { rows.insert(rows.end(), some.begin(), some.end()); });
  return rows;
}

}  // namespace tracetwin
