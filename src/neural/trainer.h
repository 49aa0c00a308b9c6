#pragma once

#include <cstdint>
#include <optional>

#include "engine/doppelganger/job.h"
#include "engine/doppelganger/samples.h"
#include "engine/weights.h"
#include "neural/adam.h"
#include "neural/critic.h"
#include "neural/generator.h"
#include "neural/private_critic.h"
#include "neural/real_data.h"

namespace tracetwin::neural {

/// Losses of the latest iteration (of its last critic and generator steps).
struct Losses {
  double critic = 0, attribute_critic = 0, generator = 0;
  /// Mean of the critic over real flows minus over made ones. Not a number in private training,
  /// where the critics' losses, too, leave out the real flows: nobody has paid for them.
  double wasserstein = 0;
};

/// The networks of a job and their schedule (arXiv 1909.13403, 2203.12676): an iteration is
/// d_rounds steps of both critics, then g_rounds steps of the generator. What an iteration does
/// depends on the job's seed, the iteration's number and the state it starts from, so that a run
/// restored from a checkpoint ends with the same bits.
class Trainer {
 public:
  /// Throws Error when samples, layout and options do not belong together.
  Trainer(const doppelganger::Job& job, const doppelganger::Samples& samples,
          at::ScalarType numbers = at::kFloat);

  /// Throws Error as soon as a loss is not finite, and beyond the last of job.options.iterations in
  /// private training.
  void iterate();
  std::uint64_t iteration() const { return iteration_; }
  const Losses& losses() const { return losses_; }

  /// The generator as flows are to be made with it: the running mean of its weights if there is
  /// one, with normalisation statistics taken over many batches. This and the next two throw Error
  /// when a weight is not finite.
  engine::Weights kept();
  /// All networks.
  engine::Weights all() const;
  /// All networks and what else the next iteration depends on.
  engine::Weights checkpoint() const;

  /// Takes the networks from all().
  void start_from(const engine::Weights& all);
  void restore(const engine::Weights& checkpoint);

 private:
  struct Judge {
    Critic critic;
    Adam adam;
    const char* name;
  };
  struct Batch {
    Sequences made, real;
  };

  Judge judge(const char* name) const;
  void initialise();
  Batch next_batch(std::uint64_t round);
  void critic_round(const Batch& batch);
  CriticLosses teach(Judge& judge, const Batch& batch);
  void private_round(std::uint64_t step);
  /// Sets the gradients to those of the part without real flows; returns its loss.
  double learn_from_made(Judge& judge, const Sequences& made);
  /// Adds the slope of the generator's loss by the flows' numbers to theirs; returns the loss.
  at::Tensor ask(Judge& judge, const Sequences& made, double weight, at::Tensor& attributes,
                 at::Tensor& features);
  void generator_round();
  void require_finite() const;

  doppelganger::Job job_;
  Kind kind_;
  RealData real_;
  Batches batches_;
  Draws draws_;
  Generator generator_;
  Adam generator_adam_;
  Judge critic_;
  std::optional<Judge> attribute_critic_;
  std::optional<PrivateCritics> private_;
  at::Tensor average_;  ///< running mean of the generator's weights; empty without
  std::uint64_t iteration_ = 0;
  Losses losses_;
};

}  // namespace tracetwin::neural
