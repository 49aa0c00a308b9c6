// CPU-seconds that an iteration of the time-series GAN takes, against the same mathematics left to
// autograd (double backward through rows as wide as they can be, Adam out of tensor operations),
// and the share of it that its matrix products would take at the speed of one measured alone.
//
//     neural_step [ITERATIONS]
//
// One line a case: shape, CPU-seconds an iteration of both, their ratio, GFLOP an iteration,
// GFLOP/s reached and GFLOP/s of a 300 x 512 x 512 product.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <functional>

#include "base/random.h"
#include "neural/process.h"
#include "neural/trainer.h"
#include "plain_trainer.h"

namespace {

using namespace tracetwin;
using doppelganger::Activation;
using doppelganger::Job;
using doppelganger::Samples;

double cpu_seconds(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// Two addresses bit by bit, three embedded numbers, and so on: NetShare's columns.
Job flows_job() {
  Job job;
  job.layout.attributes.assign(64, {"bit", Activation::kSoftmax, 2});
  job.layout.attributes.insert(job.layout.attributes.end(), 3, {"vector", Activation::kTanh, 10});
  job.layout.attributes.insert(job.layout.attributes.end(), 3, {"tag", Activation::kSoftmax, 2});
  job.layout.attributes.push_back({"start", Activation::kSigmoid, 1});
  job.layout.features.assign(4, {"number", Activation::kSigmoid, 1});
  job.layout.features.push_back({"type", Activation::kSoftmax, 2});
  job.most_records = job.options.sample_len = 5;
  return job;
}

Job packets_job() {
  Job job = flows_job();
  job.layout.attributes.erase(job.layout.attributes.begin() + 67, job.layout.attributes.end() - 1);
  job.layout.features.assign(6, {"number", Activation::kSigmoid, 1});
  job.layout.features.push_back({"flag", Activation::kSoftmax, 3});
  job.most_records = 130;
  job.options.sample_len = 10;
  return job;
}

/// A thousand flows; one in four is long.
Samples samples_of(const Job& job) {
  Samples samples;
  samples.attribute_width = width_of(job.layout.attributes);
  samples.feature_width = width_of(job.layout.features);
  Random random(1);
  for (int flow = 0; flow < 1000; ++flow) {
    const std::uint32_t most = random.chance(0.25) ? job.most_records : 5;
    samples.lengths.push_back(1 + static_cast<std::uint32_t>(random.below(most)));
    for (std::size_t i = 0; i < samples.attribute_width; ++i) {
      samples.attributes.push_back(static_cast<float>(random.uniform()));
    }
    for (std::size_t i = 0; i < samples.feature_width * samples.lengths.back(); ++i) {
      samples.features.push_back(static_cast<float>(random.uniform()));
    }
  }
  return samples;
}

double gemm_gflops() {
  const at::Tensor rows = at::rand({300, 512});
  const at::Tensor weights = at::rand({512, 512});
  at::Tensor out = at::mm(rows, weights.t());
  constexpr int kTimes = 300;
  const double seconds = cpu_seconds([&] {
    for (int i = 0; i < kTimes; ++i) {
      at::mm_out(out, rows, weights.t());
    }
  });
  return kTimes * 2 * 300.0 * 512 * 512 / seconds / 1e9;
}

/// Matrix products of the critic steps of an iteration as this project does them, on rows that are
/// all as long as they can be: 10 products of batch x units x units a hidden layer behind the first
/// (three families forward, three back, the penalty forward again, three for the weights), 8 for
/// the first.
double critic_gflop(const Job& job, double columns) {
  const auto& options = job.options;
  const double units = options.critic_units;
  const double hidden = options.critic_layers - 2;
  return options.d_rounds * 2.0 * options.batch_size * units * (10 * hidden * units + 8 * columns) /
         1e9;
}

void measure(const char* name, const Job& job, int iterations) {
  const Samples samples = samples_of(job);
  neural::Trainer ours(job, samples);
  neural::PlainTrainer plain(job, samples);
  ours.iterate();
  plain.iterate();
  double mine = 0;
  double others = 0;
  for (int i = 0; i < iterations; ++i) {  // in turns, so that both see the same machine
    mine += cpu_seconds([&] { ours.iterate(); });
    others += cpu_seconds([&] { plain.iterate(); });
  }
  mine /= iterations;
  others /= iterations;
  const auto attributes = static_cast<double>(width_of(job.layout.attributes));
  const double records = job.most_records;
  const double width = static_cast<double>(width_of(job.layout.features)) + 2;
  const double gflop =
      critic_gflop(job, attributes + records * width) + critic_gflop(job, attributes);
  fmt::print(
      "{:8} A {} F {} L {}: {:.3f} s an iteration, autograd {:.3f} s, {:.2f} times; critics "
      "{:.1f} GFLOP at most, {:.0f} GFLOP/s; a product alone {:.0f} GFLOP/s\n",
      name, attributes, width, records, mine, others, others / mine, gflop, gflop / mine,
      gemm_gflops());
}

}  // namespace

int main(int argc, char** argv) {
  neural::settle_process();
  const int iterations = argc > 1 ? std::atoi(argv[1]) : 10;
  measure("flows", flows_job(), iterations);
  measure("packets", packets_job(), iterations);
}
