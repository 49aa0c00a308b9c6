#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "evaluate/evaluate.h"
#include "intake/intake.h"
#include "pipeline/train.h"
#include "tune/halving.h"
#include "tune/tuned.h"

namespace tracetwin::cli {

/// What candidates are tried on: half of a trace is learned, and the other half, as many records
/// of which are made, judges. Both are drawn by a hash: records of flow logs, flows of captures.
struct Bench {
  std::vector<std::filesystem::path> files;
  Intake intake;  ///< without a sample
  Declarations declarations;
  TraceKind kind = TraceKind::kFlows;
  tune::OptionValues fixed;     ///< options that all candidates have
  std::vector<SetAside> aside;  ///< of the budget that they are trained with
  tune::Fidelity fidelity;
  evaluate::Result real;         ///< of judge_real()
  std::filesystem::path folder;  ///< for twins and networks
  std::uint64_t seed = 0;
  std::uint64_t count = 0;  ///< records (conversations) of the judging half
};

TraceOpener learned_half(const Bench& bench, double share = 1);
TraceOpener judging_half(const Bench& bench);

/// What a trial left.
struct Trial {
  tune::Score score;
  std::filesystem::path twin;
};

/// The half that is learned, held against the other one as if it were a twin: what the best of
/// twins gets. Tells the names of all metrics, and counts.
evaluate::Report judge_real(const Bench& bench);

/// Trains a candidate on one thread, makes its twin and judges it. Throws Error on options that
/// `train` does not take, and what training throws. Noise is that of a test seed: what candidates
/// are tried on is public, paid for, or not protected at all.
Trial run_trial(const Bench& bench, const tune::Candidate& candidate, const tune::Rung& rung,
                const std::string& name);

/// The traces and scorers of an evaluation on the bench's judging half.
evaluate::EvaluateJob judging(const Bench& bench, std::vector<evaluate::NamedFile> twins);

}  // namespace tracetwin::cli
