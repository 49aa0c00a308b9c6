// Every key is listed once, in visit(): for writing and for reading. All keys must be there except
// "privacy": a job is written by the program that reads it.
#include "engine/doppelganger/job.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/error.h"
#include "base/named.h"

namespace tracetwin::doppelganger {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

template <class T>
struct Choice {
  std::string_view name;
  T value;
};
template <class T>
Choice(const char*, T) -> Choice<T>;  // clang 14 does not find it by itself
constexpr std::array kActivations{Choice{"softmax", Activation::kSoftmax},
                                  Choice{"sigmoid", Activation::kSigmoid},
                                  Choice{"tanh", Activation::kTanh}};
constexpr std::array kNoises{Choice{"normal", Noise::kNormal}, Choice{"uniform", Noise::kUniform}};
constexpr std::array kStates{Choice{"zero", InitialState::kZero},
                             Choice{"random", InitialState::kRandom},
                             Choice{"variable", InitialState::kVariable}};
constexpr std::array kLipschitz{Choice{"gradient_penalty", Lipschitz::kGradientPenalty},
                                Choice{"spectral_norm", Lipschitz::kSpectralNorm}};

constexpr const auto& choices(Activation /*tag*/) {
  return kActivations;
}
constexpr const auto& choices(Noise /*tag*/) {
  return kNoises;
}
constexpr const auto& choices(InitialState /*tag*/) {
  return kStates;
}
constexpr const auto& choices(Lipschitz /*tag*/) {
  return kLipschitz;
}

[[noreturn]] void wrong(const std::string& key, std::string_view expected) {
  throw Error(fmt::format("the training job's \"{}\" is not {}", key, expected));
}

OrderedJson json_of(const Outputs& outputs);
void parse(const Json& json, const std::string& key, Outputs& outputs);

/// A value as JSON: enumerations by name.
template <class T>
OrderedJson json_of(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    for (const auto& choice : choices(T{})) {
      if (choice.value == value) {
        return choice.name;
      }
    }
    return nullptr;
  } else {
    return value;
  }
}

template <class T>
bool is_whole(const Json& json) {
  const bool natural =
      json.is_number_unsigned() || (json.is_number_integer() && json.get<std::int64_t>() >= 0);
  return natural && json.get<std::uint64_t>() <= std::numeric_limits<T>::max();
}

template <class T>
void parse_number(const Json& json, const std::string& key, T& value) {
  if constexpr (std::is_same_v<T, double>) {
    if (!json.is_number() || !std::isfinite(json.get<double>())) {
      wrong(key, "a number");
    }
  } else if (!is_whole<T>(json)) {
    wrong(key, fmt::format("a whole number of at most {}", std::numeric_limits<T>::max()));
  }
  value = json.get<T>();
}

template <class T>
void parse(const Json& json, const std::string& key, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) {
      wrong(key, "true or false");
    }
    value = json.get<bool>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    parse_number(json, key, value);
  } else if (!json.is_string()) {
    wrong(key, "a text");
  } else if constexpr (std::is_enum_v<T>) {
    using Row = std::decay_t<decltype(choices(T{}).front())>;
    value = row_named(std::span<const Row>(choices(T{})), json.get<std::string>(), key).value;
  } else {
    value = json.get<std::string>();
  }
}

struct Writer {
  OrderedJson json = OrderedJson::object();

  template <class T>
  void operator()(const char* key, const T& value) {
    json[key] = json_of(value);
  }
};

struct Reader {
  const Json& json;

  template <class T>
  void operator()(const char* key, T& value) const {
    if (!json.is_object() || !json.contains(key)) {
      throw Error(fmt::format("the training job has no \"{}\"", key));
    }
    parse(json[key], key, value);
  }
};

template <class Visitor, class O>
void visit_output(Visitor&& visitor, O& output) {
  visitor("name", output.name);
  visitor("activation", output.activation);
  visitor("width", output.width);
}

template <class Visitor, class L>
void visit_layout(Visitor&& visitor, L& layout) {
  visitor("attributes", layout.attributes);
  visitor("additional", layout.additional);
  visitor("features", layout.features);
}

template <class Visitor, class O>
void visit_options(Visitor&& visitor, O& options) {
  visitor("batch_size", options.batch_size);
  visitor("iterations", options.iterations);
  visitor("d_rounds", options.d_rounds);
  visitor("g_rounds", options.g_rounds);
  visitor("fresh_batches", options.fresh_batches);
  visitor("packing", options.packing);
  visitor("g_lr", options.g_lr);
  visitor("d_lr", options.d_lr);
  visitor("attr_d_lr", options.attr_d_lr);
  visitor("g_beta1", options.g_beta1);
  visitor("d_beta1", options.d_beta1);
  visitor("attr_d_beta1", options.attr_d_beta1);
  visitor("adam_eps", options.adam_eps);
  visitor("adam_amsgrad", options.adam_amsgrad);
  visitor("generator_average", options.generator_average);
  visitor("lipschitz", options.lipschitz);
  visitor("spectral_scale", options.spectral_scale);
  visitor("d_gp_coe", options.d_gp_coe);
  visitor("attr_d_gp_coe", options.attr_d_gp_coe);
  visitor("g_attr_d_coe", options.g_attr_d_coe);
  visitor("attribute_critic", options.attribute_critic);
  visitor("sample_len", options.sample_len);
  visitor("attribute_layers", options.attribute_layers);
  visitor("attribute_units", options.attribute_units);
  visitor("feature_layers", options.feature_layers);
  visitor("feature_units", options.feature_units);
  visitor("rnn_mlp_layers", options.rnn_mlp_layers);
  visitor("attribute_latent_dim", options.attribute_latent_dim);
  visitor("feature_latent_dim", options.feature_latent_dim);
  visitor("noise", options.noise);
  visitor("attribute_noise", options.attribute_noise);
  visitor("feature_noise", options.feature_noise);
  visitor("feed_back", options.feed_back);
  visitor("initial_state", options.initial_state);
  visitor("given_lengths", options.given_lengths);
  visitor("uniform_lengths", options.uniform_lengths);
  visitor("critic_layers", options.critic_layers);
  visitor("critic_units", options.critic_units);
  visitor("attribute_critic_layers", options.attribute_critic_layers);
  visitor("attribute_critic_units", options.attribute_critic_units);
  visitor("leaky_relu", options.leaky_relu);
}

template <class Visitor, class J>
void visit_job(Visitor&& visitor, J& job) {
  visitor("most_records", job.most_records);
  visitor("seed", job.seed);
  visitor("resume", job.resume);
  visitor("checkpoint_every", job.checkpoint_every);
  visitor("keep_every", job.keep_every);
  visitor("patience", job.patience);
  visitor("max_seconds", job.max_seconds);
  visitor("device", job.device);
}

OrderedJson json_of(const Outputs& outputs) {
  OrderedJson list = OrderedJson::array();
  for (const Output& output : outputs) {
    Writer writer;
    visit_output(writer, output);
    list.push_back(std::move(writer.json));
  }
  return list;
}

void parse(const Json& json, const std::string& key, Outputs& outputs) {
  if (!json.is_array()) {
    wrong(key, "a list of outputs");
  }
  for (const Json& entry : json) {
    visit_output(Reader{entry}, outputs.emplace_back());
    if (outputs.back().width == 0) {
      throw Error(fmt::format("the training job's \"{}\" has an output without width", key));
    }
  }
}

const Json& member(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key)) {
    throw Error(fmt::format("the training job has no \"{}\"", key));
  }
  return json[key];
}

}  // namespace

OrderedJson to_json(const Options& options) {
  Writer writer;
  visit_options(writer, options);
  return std::move(writer.json);
}

Options parse_options(const Json& json) {
  Options options;
  visit_options(Reader{json}, options);
  return options;
}

OrderedJson to_json(const Job& job) {
  Writer all;
  Writer layout;
  visit_layout(layout, job.layout);
  all("folder", job.folder.string());
  visit_job(all, job);
  all.json["layout"] = std::move(layout.json);
  all.json["options"] = to_json(job.options);
  if (job.privacy) {
    all.json["privacy"] = engine::to_json(*job.privacy);
  }
  return std::move(all.json);
}

Job parse_job(const Json& json) {
  Job job;
  std::string folder;
  Reader{json}("folder", folder);
  job.folder = folder;
  visit_job(Reader{json}, job);
  visit_layout(Reader{member(json, "layout")}, job.layout);
  job.options = parse_options(member(json, "options"));
  if (json.contains("privacy")) {
    job.privacy = engine::parse_private_training(json["privacy"]);
  }
  return job;
}

}  // namespace tracetwin::doppelganger
