// A critic step of private training: made flows and a penalty between pairs of them give the part
// of the gradient that is free; PrivateCritics adds the real flows' part to it.
#include <algorithm>
#include <limits>

#include "neural/trainer.h"

namespace tracetwin::neural {

double Trainer::learn_from_made(Judge& judge, const Sequences& made) {
  const RowShape& shape = judge.critic.rows();
  std::vector<std::int64_t> blocks = made.blocks;
  if (shape.block == 0) {
    std::fill(blocks.begin(), blocks.end(), 1);
  }
  std::vector<std::int64_t> longer = blocks;
  std::rotate(longer.rbegin(), longer.rbegin() + 1, longer.rend());
  std::transform(blocks.begin(), blocks.end(), longer.begin(), longer.begin(),
                 [](auto a, auto b) { return std::max(a, b); });
  const std::int64_t columns = reach(shape, *std::max_element(blocks.begin(), blocks.end()));
  const at::Tensor rows = critic_rows(made, 1, columns);
  const at::Tensor between = at::lerp(at::roll(rows, 1, 0), rows, draws_.uniform(rows.size(0), 1));
  const at::Tensor signs =
      at::full({rows.size(0)}, 1 / static_cast<double>(rows.size(0)), rows.options());
  const Ragged data = sort_rows(rows, blocks, shape);
  return judge.critic.learn(data, signs, sort_rows(between, longer, shape)).loss.item<double>();
}

void Trainer::private_round(std::uint64_t step) {
  const Sequences made = generator_.make(job_.options.batch_size, draws_);
  std::vector<Judge*> judges{&critic_};
  losses_.critic = learn_from_made(critic_, made);
  losses_.wasserstein = std::numeric_limits<double>::quiet_NaN();
  if (attribute_critic_) {
    judges.push_back(&*attribute_critic_);
    losses_.attribute_critic = learn_from_made(*attribute_critic_, made);
  }
  std::vector<Critic*> critics;
  std::transform(judges.begin(), judges.end(), std::back_inserter(critics),
                 [](Judge* judge) { return &judge->critic; });
  private_->add_real(critics, real_, step);
  for (Judge* judge : judges) {
    Parameters& parameters = judge->critic.parameters();
    judge->adam.step(parameters.flat(), parameters.flat_gradient());
  }
}

}  // namespace tracetwin::neural
