#include "neural/token_worker.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "engine/weights.h"
#include "neural/private_tokens.h"
#include "neural/token_trainer.h"

namespace tracetwin::neural {
namespace {

using autoregressive::Job;
using Clock = std::chrono::steady_clock;
using Say = std::function<void(const nlohmann::ordered_json&)>;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

nlohmann::ordered_json line_of(const TokenTrainer& trainer, double seconds) {
  return {{"iteration", trainer.steps()},
          {"iterations", trainer.most_steps()},
          {"seconds", seconds},
          {"loss", trainer.loss()},
          {"judgement", trainer.judgement()},
          {"best", trainer.best_judgement()}};
}

void say_end(const TokenTrainer& trainer, double seconds, const char* how, const Say& say) {
  nlohmann::ordered_json line{{how, true}};
  line.update(line_of(trainer, seconds));
  say(line);
}

Ending work_privately(const Job& job, const Say& say, const std::function<bool()>& stopped) {
  PrivateTokenTrainer trainer(job, autoregressive::read_records(job.folder / "tokens.bin"),
                              engine::read_weights(job.folder / "start.weights"));
  const auto checkpoint = job.folder / "checkpoint";
  if (job.resume && std::filesystem::exists(checkpoint)) {
    trainer.restore(engine::read_weights(checkpoint));
  }
  const auto begin = Clock::now();
  auto said = begin;
  const auto line = [&] {
    return nlohmann::ordered_json{{"iteration", trainer.steps()},
                                  {"iterations", trainer.most_steps()},
                                  {"seconds", seconds_since(begin)}};
  };
  while (!trainer.has_ended()) {
    trainer.step();
    if (job.checkpoint_every > 0 && trainer.steps() % job.checkpoint_every == 0) {
      engine::write_weights(trainer.checkpoint(), checkpoint);
    }
    if (seconds_since(said) >= 1) {
      say(line());
      said = Clock::now();
    }
    if (stopped()) {
      engine::write_weights(trainer.checkpoint(), checkpoint);
      return Ending::kStopped;
    }
  }
  engine::write_weights(trainer.checkpoint(), checkpoint);
  engine::write_weights(trainer.result(), job.folder / "best.weights");
  nlohmann::ordered_json end{{"done", true}};
  end.update(line());
  say(end);
  return Ending::kDone;
}

}  // namespace

Ending work_on_tokens(const Job& job, const Say& say, const std::function<bool()>& stopped) {
  const c10::NoGradGuard no_gradient;
  if (job.privacy) {
    return work_privately(job, say, stopped);
  }
  TokenTrainer trainer(job, autoregressive::read_records(job.folder / "tokens.bin"));
  const auto checkpoint = job.folder / "checkpoint";
  if (job.resume && std::filesystem::exists(checkpoint)) {
    trainer.restore(engine::read_weights(checkpoint));
  } else if (const auto start = job.folder / "start.weights"; std::filesystem::exists(start)) {
    trainer.start_from(engine::read_weights(start));
  }
  const auto begin = Clock::now();
  auto said = begin;
  const auto out_of_time = [&] {
    return job.max_seconds > 0 && seconds_since(begin) >= job.max_seconds;
  };
  while (!trainer.has_ended() && !out_of_time()) {
    trainer.step();
    if (job.checkpoint_every > 0 && trainer.steps() % job.checkpoint_every == 0) {
      engine::write_weights(trainer.checkpoint(), checkpoint);
    }
    if (seconds_since(said) >= 1) {
      say(line_of(trainer, seconds_since(begin)));
      said = Clock::now();
    }
    if (stopped()) {
      engine::write_weights(trainer.checkpoint(), checkpoint);
      say_end(trainer, seconds_since(begin), "stopped", say);
      return Ending::kStopped;
    }
  }
  engine::write_weights(trainer.checkpoint(), checkpoint);
  engine::write_weights(trainer.best(), job.folder / "best.weights");
  say_end(trainer, seconds_since(begin), "done", say);
  return Ending::kDone;
}

}  // namespace tracetwin::neural
