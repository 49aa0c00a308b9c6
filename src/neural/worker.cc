#include "neural/worker.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/doppelganger/plateau.h"
#include "engine/weights.h"
#include "neural/trainer.h"

namespace tracetwin::neural {

using doppelganger::Job;

namespace {

using Clock = std::chrono::steady_clock;
using Say = std::function<void(const nlohmann::ordered_json&)>;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Says how far the training is, about once a second.
class Reporter {
 public:
  Reporter(const Job& job, std::uint64_t iteration, const Say& say)
      : iterations_(job.options.iterations),
        first_iteration_(iteration),
        said_iteration_(iteration),
        say_(say) {}

  bool due() const { return seconds_since(said_) >= 1; }
  double seconds() const { return seconds_since(begin_); }

  void say(const Trainer& trainer) {
    say_(line(trainer));
    said_ = Clock::now();
    said_iteration_ = trainer.iteration();
  }
  /// With the speed of the whole run.
  void say_end(const Trainer& trainer, const char* how) {
    nlohmann::ordered_json all{{how, true}};
    said_ = begin_;
    said_iteration_ = first_iteration_;
    all.update(line(trainer));
    say_(all);
  }

 private:
  nlohmann::ordered_json line(const Trainer& trainer) const {
    const Losses& losses = trainer.losses();
    const double waited = std::max(seconds_since(said_), 1e-9);
    return {{"iteration", trainer.iteration()},
            {"iterations", iterations_},
            {"seconds", seconds()},
            {"critic", losses.critic},
            {"attribute_critic", losses.attribute_critic},
            {"generator", losses.generator},
            {"wasserstein", losses.wasserstein},
            {"per_second", static_cast<double>(trainer.iteration() - said_iteration_) / waited}};
  }

  Clock::time_point begin_ = Clock::now(), said_ = Clock::now();
  std::uint64_t iterations_, first_iteration_, said_iteration_;
  const Say& say_;
};

void begin(Trainer& trainer, const Job& job) {
  const auto start = job.folder / "start.weights";
  const auto checkpoint = job.folder / "checkpoint";
  if (job.resume && std::filesystem::exists(checkpoint)) {
    trainer.restore(engine::read_weights(checkpoint));
  } else if (std::filesystem::exists(start)) {
    trainer.start_from(engine::read_weights(start));
  }
}

void keep(const engine::Weights& weights, std::uint64_t iteration, const Job& job) {
  std::filesystem::create_directories(job.folder / "kept");
  engine::write_weights(weights, job.folder / "kept" / fmt::format("{}.weights", iteration));
}

/// How near the kept generators came to the trace. Private training does without, since looking is
/// paid for.
class Watch {
 public:
  Watch(const Job& job, const doppelganger::Samples& samples) : job_(job) {
    if (job.patience > 0 && !job.privacy) {
      probe_.emplace(job.layout, samples);
    }
  }
  /// Forgets what was seen beyond where the training goes on.
  void begin(std::uint64_t iteration) {
    if (probe_ && job_.resume) {
      history_ = doppelganger::read_history(path());
      std::erase_if(history_, [&](const auto& row) { return row.first > iteration; });
    }
  }
  void look_at(const engine::Weights& weights, std::uint64_t iteration) {
    if (probe_) {
      history_.emplace_back(iteration, probe_->distance(job_.options, job_.most_records, weights));
      doppelganger::write_history(history_, path());
    }
  }
  bool has_plateaued() const { return doppelganger::has_plateaued(history_, job_.patience); }

 private:
  std::filesystem::path path() const { return job_.folder / "fidelity.json"; }

  const Job& job_;
  std::optional<doppelganger::FidelityProbe> probe_;
  doppelganger::History history_;
};

bool is_due(std::uint64_t iteration, std::uint64_t every) {
  return every > 0 && iteration % every == 0;
}

}  // namespace

Ending work(const Job& job, const Say& say, const std::function<bool()>& stopped) {
  auto samples = doppelganger::read_samples(job.folder / "samples.bin");
  Watch watch(job, samples);
  Trainer trainer(job, samples);
  samples = {};
  begin(trainer, job);
  watch.begin(trainer.iteration());
  Reporter reporter(job, trainer.iteration(), say);
  const auto out_of_time = [&] {
    return job.max_seconds > 0 && reporter.seconds() >= job.max_seconds;
  };
  while (trainer.iteration() < job.options.iterations && !out_of_time() && !watch.has_plateaued()) {
    trainer.iterate();
    const bool keeps = is_due(trainer.iteration(), job.keep_every);
    // Before a private model can be seen: a run that breaks off must not do again, with new noise,
    // the steps that led to it.
    if (is_due(trainer.iteration(), job.checkpoint_every) || (keeps && job.privacy)) {
      engine::write_weights(trainer.checkpoint(), job.folder / "checkpoint");
    }
    if (keeps) {
      const engine::Weights weights = trainer.kept();
      keep(weights, trainer.iteration(), job);
      watch.look_at(weights, trainer.iteration());
    }
    if (reporter.due()) {
      reporter.say(trainer);
    }
    if (stopped()) {
      engine::write_weights(trainer.checkpoint(), job.folder / "checkpoint");
      reporter.say_end(trainer, "stopped");
      return Ending::kStopped;
    }
  }
  engine::write_weights(trainer.checkpoint(), job.folder / "checkpoint");
  keep(trainer.kept(), trainer.iteration(), job);
  engine::write_weights(trainer.all(), job.folder / "all.weights");
  reporter.say_end(trainer, "done");
  return Ending::kDone;
}

}  // namespace tracetwin::neural
