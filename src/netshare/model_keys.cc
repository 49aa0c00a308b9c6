#include "netshare/model_keys.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace tracetwin::netshare {
namespace {

using doppelganger::Options;

template <typename T>
struct Member;
template <typename Owner, typename T>
struct Member<T Owner::*> {
  using OwnerType = Owner;
  using Type = T;
};

/// The object of a grid point that has the member.
template <typename Owner, typename Point>
auto& part(Point& point) {
  if constexpr (std::is_same_v<Owner, Options>) {
    return point.options;
  } else if constexpr (std::is_same_v<Owner, Manager>) {
    return point.manager;
  } else {
    return point;
  }
}

void take(bool& to, const Value& from, int) {
  to = from.flag();
}
void take(std::uint32_t& to, const Value& from, int low) {
  constexpr std::uint64_t kMost = 1'000'000;
  to = static_cast<std::uint32_t>(from.whole(static_cast<std::uint64_t>(low), kMost));
}
void take(std::uint64_t& to, const Value& from, int low) {
  to = from.whole(static_cast<std::uint64_t>(low), std::numeric_limits<std::int64_t>::max());
}
void take(double& to, const Value& from, int low) {
  to = from.number();
  if (to < 0 || (low > 0 && to == 0)) {
    from.refuse(low > 0 ? "a number above 0" : "a number of at least 0");
  }
}
void take(std::filesystem::path& to, const Value& from, int) {
  to = from.text();
}
void take(doppelganger::Noise& to, const Value& from, int) {
  to = from.meaning(kNoises);
}
void take(doppelganger::InitialState& to, const Value& from, int) {
  to = from.meaning(kInitialStates);
}
/// Null: gradient penalty; any of upstream's modes: spectral norm.
void take(doppelganger::Lipschitz& to, const Value& from, int) {
  const bool spectral = !from.is_null() && !from.text().empty();
  to =
      spectral ? doppelganger::Lipschitz::kSpectralNorm : doppelganger::Lipschitz::kGradientPenalty;
}
template <typename T>
void take(std::optional<T>& to, const Value& from, int low) {
  to.reset();
  if (!from.is_null()) {
    take(to.emplace(), from, low);
  }
}

template <typename T>
requires std::is_arithmetic_v<T> Json shown(const T& value) {
  return value;
}
Json shown(const std::filesystem::path& path) {
  return path.string();
}
Json shown(const doppelganger::Noise& noise) {
  return word_for(kNoises, noise);
}
Json shown(const doppelganger::InitialState& state) {
  return word_for(kInitialStates, state);
}
Json shown(const doppelganger::Lipschitz& lipschitz) {
  return lipschitz == doppelganger::Lipschitz::kSpectralNorm ? Json("spectral norm") : Json();
}
template <typename T>
Json shown(const std::optional<T>& value) {
  return value ? shown(*value) : Json();
}

/// A row for a member; numbers are at least `kLow`, or, of fractions, above 0 when it is 1.
template <auto kMember, int kLow = 0>
constexpr GridKey key(std::string_view name, std::string_view other = {}) {
  using Owner = typename Member<decltype(kMember)>::OwnerType;
  return {
      name, other,
      [](GridPoint& point, const Value& value) { take(part<Owner>(point).*kMember, value, kLow); },
      [](const GridPoint& point) { return shown(part<Owner>(point).*kMember); }};
}

constexpr GridKey kGridKeys[] = {
    key<&Options::batch_size, 1>("batch_size"),
    key<&Options::sample_len, 1>("sample_len"),
    key<&Options::iterations, 1>("iteration"),
    key<&GridPoint::epochs, 1>("epochs"),
    key<&Options::d_rounds, 1>("d_rounds"),
    key<&Options::g_rounds, 1>("g_rounds"),
    key<&Options::packing, 1>("num_packing"),
    key<&Options::noise>("noise"),
    key<&Options::attribute_noise>("attr_noise_type"),
    key<&Options::feature_noise>("feature_noise_type"),
    key<&Options::rnn_mlp_layers>("rnn_mlp_num_layers"),
    key<&Options::feed_back>("feed_back"),
    key<&Options::g_lr, 1>("g_lr"),
    key<&Options::d_lr, 1>("d_lr"),
    key<&Options::attr_d_lr, 1>("attr_d_lr"),
    key<&Options::g_beta1>("g_beta1"),
    key<&Options::d_beta1>("d_beta1"),
    key<&Options::attr_d_beta1>("attr_d_beta1"),
    key<&Options::adam_eps, 1>("adam_eps"),
    key<&Options::adam_amsgrad>("adam_amsgrad"),
    key<&Options::d_gp_coe>("d_gp_coe"),
    key<&Options::attr_d_gp_coe>("attr_d_gp_coe"),
    key<&Options::g_attr_d_coe>("g_attr_d_coe"),
    key<&Options::feature_layers, 1>("gen_feature_num_layers", "generator_feature_num_layers"),
    key<&Options::feature_units, 1>("gen_feature_num_units", "generator_feature_num_units"),
    key<&Options::attribute_layers, 1>("gen_attribute_num_layers",
                                       "generator_attribute_num_layers"),
    key<&Options::attribute_units, 1>("gen_attribute_num_units", "generator_attribute_num_units"),
    key<&Options::critic_layers, 1>("disc_num_layers", "discriminator_num_layers"),
    key<&Options::critic_units, 1>("disc_num_units", "discriminator_num_units"),
    key<&Options::attribute_critic_layers, 1>("attr_disc_num_layers",
                                              "attr_discriminator_num_layers"),
    key<&Options::attribute_critic_units, 1>("attr_disc_num_units", "attr_discriminator_num_units"),
    key<&Options::attribute_critic>("aux_disc", "use_attr_discriminator"),
    key<&Options::attribute_latent_dim, 1>("attribute_latent_dim"),
    key<&Options::feature_latent_dim, 1>("feature_latent_dim"),
    key<&Options::initial_state>("initial_state"),
    key<&Options::leaky_relu>("leaky_relu"),
    key<&GridPoint::self_norm>("self_norm"),
    key<&GridPoint::adaptive_rolling>("use_adaptive_rolling"),
    key<&Options::given_lengths>("use_gt_lengths"),
    key<&Options::uniform_lengths>("use_uniform_lengths"),
    key<&GridPoint::threads, 1>("num_cores"),
    key<&Options::lipschitz>("sn_mode"),
    key<&Options::spectral_scale, 1>("scale"),
    key<&GridPoint::extra_checkpoint_freq, 1>("extra_checkpoint_freq"),
    key<&GridPoint::epoch_checkpoint_freq, 1>("epoch_checkpoint_freq"),
    key<&GridPoint::dp_noise_multiplier, 1>("dp_noise_multiplier"),
    key<&GridPoint::dp_l2_norm_clip, 1>("dp_l2_norm_clip"),
    key<&GridPoint::num_real_samples, 1>("num_real_samples"),
    key<&GridPoint::generate_num_train_sample, 1>("generate_num_train_sample"),
    key<&Manager::pretrain_dir>("pretrain_dir"),
    key<&Manager::skip_chunk0_train>("skip_chunk0_train"),
    key<&Manager::pretrain_non_dp>("pretrain_non_dp"),
    key<&Manager::reduce_time, 1>("pretrain_non_dp_reduce_time"),
    key<&Manager::pretrain_dp>("pretrain_dp"),
    key<&Manager::run>("run"),
};

}  // namespace

std::span<const GridKey> grid_keys() {
  return kGridKeys;
}

const GridKey* grid_key(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kGridKeys), std::end(kGridKeys),
                   [&](const GridKey& row) { return row.name == name || row.other == name; });
  return name.empty() || found == std::end(kGridKeys) ? nullptr : found;
}

std::string other_name_of(std::string_view name) {
  const GridKey* row = grid_key(name);
  return row == nullptr ? std::string() : std::string(row->name == name ? row->other : row->name);
}

}  // namespace tracetwin::netshare
