#include "engine/doppelganger/plateau.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/random.h"
#include "engine/doppelganger/sampler.h"
#include "engine/doppelganger/shares.h"

namespace tracetwin::doppelganger {
namespace {

constexpr std::size_t kFlows = 2048;
constexpr double kNearer = 0.99;
constexpr std::uint32_t kMostLength = 16;  // longer flows count as one length

std::uint16_t largest(std::span<const float> row, const Choice& choice) {
  const auto own = row.subspan(choice.at, choice.width);
  return static_cast<std::uint16_t>(std::ranges::max_element(own) - own.begin());
}

}  // namespace

FidelityProbe::FidelityProbe(const Layout& layout, const Samples& samples)
    : layout_(layout), real_(rows_of(samples)) {}

std::vector<FidelityProbe::Row> FidelityProbe::rows_of(const Samples& samples) const {
  const std::vector<Choice> attributes = choices_of(layout_.attributes);
  const std::vector<Choice> features = choices_of(layout_.features);
  const std::size_t count = std::min(kFlows, samples.size());
  std::vector<Row> rows;
  std::size_t record = 0;
  std::size_t next = 0;
  for (std::size_t flow = 0; flow < samples.size(); record += samples.lengths[flow++]) {
    if (flow < next * samples.size() / count) {
      continue;
    }
    ++next;
    Row& row = rows.emplace_back();
    for (const Choice& choice : attributes) {
      row.push_back(largest(samples.attributes_of(flow), choice));
    }
    const auto first =
        std::span(samples.features).subspan(record * samples.feature_width, samples.feature_width);
    for (const Choice& choice : features) {
      row.push_back(largest(first, choice));
    }
    row.push_back(static_cast<std::uint16_t>(std::min(kMostLength, samples.lengths[flow])));
  }
  return rows;
}

double FidelityProbe::distance(const Options& options, std::uint32_t most_records,
                               const engine::Weights& weights) const {
  const Sampler sampler(layout_, options, most_records, weights);
  Random random(0);
  const auto made = rows_of(sampler.draw_series(sampler.draw_heads(real_.size(), random), random));
  const std::size_t columns = real_.front().size();
  double sum = 0;
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < columns; ++a) {
    for (std::size_t b = a + 1; b < columns; ++b, ++pairs) {
      std::map<std::pair<std::uint16_t, std::uint16_t>, std::int64_t> surplus;
      for (std::size_t row = 0; row < real_.size(); ++row) {
        ++surplus[{real_[row][a], real_[row][b]}];
        --surplus[{made[row][a], made[row][b]}];
      }
      for (const auto& [cell, difference] : surplus) {
        sum += static_cast<double>(std::abs(difference));
      }
    }
  }
  return sum / 2 / static_cast<double>(real_.size()) /
         static_cast<double>(std::max<std::size_t>(1, pairs));
}

History read_history(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) {
    return {};
  }
  const auto json = nlohmann::json::parse(file, nullptr, false);
  try {
    return json.get<History>();
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{} is no list of iterations and distances", path.string()),
                "Train again without --resume.");
  }
}

void write_history(const History& history, const std::filesystem::path& path) {
  const auto sink = open_output(path, true);
  sink->write(nlohmann::json(history).dump() + "\n");
  sink->commit();
}

bool has_plateaued(const History& history, std::uint64_t patience) {
  if (patience == 0 || history.size() <= patience) {
    return false;
  }
  const auto distance = [](const auto& row) { return row.second; };
  const auto recent = history.end() - static_cast<std::ptrdiff_t>(patience);
  const double before = std::ranges::min_element(history.begin(), recent, {}, distance)->second;
  return std::ranges::min_element(recent, history.end(), {}, distance)->second > kNearer * before;
}

}  // namespace tracetwin::doppelganger
