#pragma once

#include <string>
#include <vector>

#include "evaluate/evaluate.h"

namespace tracetwin::cli {

/// Where an evaluation goes; empty: nowhere.
struct EvaluationFiles {
  std::string report;  ///< the page
  std::string json;
};

/// Throws Error when a file cannot be written, both are the same file, or one is among `inputs`,
/// however the paths are written.
void check_evaluation_files(const EvaluationFiles& files, const std::vector<std::string>& inputs,
                            bool force);

/// Evaluates, signs the report with the program's name and version, and writes it.
evaluate::Report evaluate_to_files(const evaluate::EvaluateJob& job, const EvaluationFiles& files,
                                   bool force, const Progress& progress);

}  // namespace tracetwin::cli
