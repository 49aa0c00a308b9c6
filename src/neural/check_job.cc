#include "neural/check_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "neural/torch.h"

namespace tracetwin::neural {

using doppelganger::Job;
using doppelganger::Lipschitz;
using doppelganger::Options;
using doppelganger::Samples;
using doppelganger::width_of;

namespace {

void demand(bool holds, const char* option, const char* rule) {
  if (!holds) {
    throw Error(fmt::format("option \"{}\" of the time-series GAN must be {}", option, rule));
  }
}

void check_sizes(const Options& options) {
  demand(options.batch_size >= 2, "batch_size", "2 or more");
  demand(options.packing >= 1 && options.packing <= options.batch_size, "packing",
         "between 1 and batch_size");
  demand(options.sample_len >= 1, "sample_len", "1 or more");
  demand(options.attribute_layers >= 1 && options.critic_layers >= 1 &&
             options.attribute_critic_layers >= 1 && options.feature_layers >= 1,
         "layers", "1 or more in each network");
  demand(options.attribute_units >= 1 && options.critic_units >= 1 &&
             options.attribute_critic_units >= 1 && options.feature_units >= 1,
         "units", "1 or more in each network");
  demand(options.attribute_latent_dim >= 1 && options.feature_latent_dim >= 1, "latent_dim",
         "1 or more");
}

void check_schedule(const Options& options) {
  demand(options.d_rounds >= 1, "d_rounds", "1 or more");
  demand(options.g_lr >= 0 && options.d_lr >= 0 && options.attr_d_lr >= 0, "lr", "0 or more");
  const auto decays = [](double beta) { return beta >= 0 && beta < 1; };
  demand(decays(options.g_beta1) && decays(options.d_beta1) && decays(options.attr_d_beta1),
         "beta1", "at least 0 and below 1");
  demand(decays(options.generator_average), "generator_average", "at least 0 and below 1");
  demand(options.adam_eps > 0, "adam_eps", "above 0");
}

void check_samples(const Job& job, const Samples& samples) {
  const doppelganger::Layout& layout = job.layout;
  if (samples.size() == 0) {
    throw Error("there are no flows to train the time-series GAN on");
  }
  if (layout.attributes.empty() || layout.features.empty() ||
      samples.attribute_width != width_of(layout.attributes) + width_of(layout.additional) ||
      samples.feature_width != width_of(layout.features)) {
    throw Error("the samples do not have the columns of the job's layout",
                "Encode the flows again.");
  }
  if (*std::max_element(samples.lengths.begin(), samples.lengths.end()) > job.most_records) {
    throw Error(
        fmt::format("a sample is longer than the {} records that the job names", job.most_records));
  }
}

void check_privacy(const Options& options, const engine::PrivateTraining& privacy) {
  demand(options.packing == 1, "packing", "1 in private training");
  demand(options.lipschitz == Lipschitz::kGradientPenalty, "lipschitz",
         "the gradient penalty in private training");
  demand(!options.given_lengths, "given_lengths",
         "off in private training: it uses the lengths as they are");
  engine::check(privacy);
  if (options.iterations > privacy.steps / options.d_rounds) {
    throw Error(fmt::format("{} iterations of {} critic steps are more than the {} steps that the "
                            "privacy budget pays for",
                            options.iterations, options.d_rounds, privacy.steps),
                "Pay for all steps before training.", ExitCode::kBudgetExceeded);
  }
}

}  // namespace

const Job& checked(const Job& job, const Samples& samples) {
  check_sizes(job.options);
  check_schedule(job.options);
  check_samples(job, samples);
  demand(job.device == "cpu" || (job.device.starts_with("cuda") && at::hasCUDA()), "device",
         "\"cpu\", or \"cuda\" where libtorch was built with it and there is such a device");
  if (job.privacy) {
    demand(job.device == "cpu", "device", "\"cpu\" in private training");
    check_privacy(job.options, *job.privacy);
  }
  return job;
}

}  // namespace tracetwin::neural
