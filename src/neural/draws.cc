#include "neural/draws.h"

#include "base/random.h"

namespace tracetwin::neural {

Draws::Draws(std::uint64_t seed, const Kind& kind)
    : seed_(seed), kind_(kind), generator_(at::detail::createCPUGenerator(seed)) {}

void Draws::begin(std::uint64_t stage, std::uint64_t iteration) {
  // set_current_seed() keeps a spare normal number of the sequence before; a new generator does
  // not.
  generator_ = at::detail::createCPUGenerator(mix(seed_, mix(stage, iteration)));
}

at::Tensor Draws::normal(std::int64_t rows, std::int64_t columns) {
  return at::randn({rows, columns}, generator_, kind_.device(at::kCPU)).to(kind_.device());
}

at::Tensor Draws::uniform(std::int64_t rows, std::int64_t columns) {
  return at::rand({rows, columns}, generator_, kind_.device(at::kCPU)).to(kind_.device());
}

at::Tensor Draws::noise(doppelganger::Noise noise, std::int64_t rows, std::int64_t columns) {
  return noise == doppelganger::Noise::kNormal ? normal(rows, columns)
                                               : uniform(rows, columns).mul_(2).sub_(1);
}

}  // namespace tracetwin::neural
