#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "encode/vocabulary.h"
#include "schema/field.h"

namespace tracetwin {

struct TwinModel;

/// The model of the epoch before, which training goes on from: its vocabularies are kept, its
/// marginals are measured again and merged, its networks are trained further. Nothing of it is paid
/// for again.
struct Previous {
  std::shared_ptr<const TwinModel> model;
  double memory = 0.5;  ///< weight of its marginals, in [0, 1] (marginal/merge.h)
  /// Method doppelganger: `all.weights` of its training; absent: the networks start anew.
  std::optional<std::filesystem::path> networks = std::nullopt;
};

/// Throws Error when a trace of this schema cannot be told in the codes of `model`, when `engine`
/// is not its method, and for networks under a budget, which are taught by marginals first.
void check_goes_on(const TwinModel& model, const Schema& schema, std::string_view engine,
                   bool has_budget);

/// The vocabularies of `model`, those of time moved into another window.
std::vector<Vocabulary> vocabularies_in(const TwinModel& model, const Window& window);

/// A time of `model` as the one at the same place of another window.
double moved_into(const TwinModel& model, const Window& window, double time_ns);

}  // namespace tracetwin
