#include "pipeline/collapse.h"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "engine/doppelganger/sampler.h"

namespace tracetwin {
namespace {

using doppelganger::Activation;
using doppelganger::Layout;

constexpr std::size_t kFlows = 1024;
constexpr std::size_t kTwentieth = 20;
constexpr std::uint64_t kStepsToJudge = 200;

/// The choices among a flow's attributes.
std::vector<bool> choices_in(const Layout& layout, std::span<const float> attributes) {
  std::vector<bool> choices;
  std::size_t at = 0;
  for (const doppelganger::Output& output : layout.attributes) {
    for (std::size_t i = at; output.activation == Activation::kSoftmax && i < at + output.width;
         ++i) {
      choices.push_back(attributes[i] > 0.5F);
    }
    at += output.width;
  }
  return choices;
}

/// Of `count` flows spread evenly over the rows.
std::size_t different(const Layout& layout, std::span<const float> rows, std::size_t width,
                      std::size_t count) {
  const std::size_t all = rows.size() / width;
  std::set<std::vector<bool>> seen;
  for (std::size_t i = 0; i < count; ++i) {
    seen.insert(choices_in(layout, rows.subspan(i * all / count * width, width)));
  }
  return seen.size();
}

}  // namespace

CollapseCheck::CollapseCheck(const series::Scheme& scheme, const doppelganger::Options& options,
                             const doppelganger::Samples& samples)
    : scheme_(scheme), options_(options) {
  if (options.iterations < kStepsToJudge) {
    return;
  }
  flows_ = std::min(kFlows, samples.size());
  different_ = different(layout_of(scheme), samples.attributes, samples.attribute_width, flows_);
}

bool CollapseCheck::has_collapsed(const engine::Weights& weights) const {
  if (flows_ == 0) {
    return false;
  }
  Random random(0);
  const Layout layout = layout_of(scheme_);
  const doppelganger::Sampler sampler(layout, options_, scheme_.most_records, weights);
  const auto heads = sampler.draw_heads(flows_, random);
  const std::size_t width = heads.attributes.size() / flows_;
  return different(layout, heads.attributes, width, flows_) * kTwentieth < different_;
}

void CollapseCheck::demand_life(const engine::Weights& weights) const {
  if (has_collapsed(weights)) {
    throw Error("the generator has collapsed: it makes a few flows over and over",
                "Train it again with another --seed, longer, or with smaller --network g_lr and "
                "d_lr.");
  }
}

}  // namespace tracetwin
