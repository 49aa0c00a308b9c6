#include "evaluate/coverage.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/random.h"
#include "evaluate/constants.h"
#include "evaluate/distances.h"
#include "evaluate/sampling.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kMostRows = 2000;
constexpr std::size_t kNeighbours = 5;
constexpr std::uint64_t kStream = 0xc0fe;

using Coordinates = std::vector<std::vector<double>>;

/// Distance from each point to its k-th neighbour, itself not counted.
std::vector<float> radii(const RowMetric::Points& points, std::size_t k) {
  std::vector<float> found;
  std::vector<float> row;
  for (std::size_t at = 0; at < points.size(); ++at) {
    distances(points, at, points, row);
    std::ranges::nth_element(row, row.begin() + static_cast<std::ptrdiff_t>(k));
    found.push_back(row[k]);
  }
  return found;
}

double share(std::size_t part, std::size_t all) {
  return static_cast<double>(part) / static_cast<double>(all);
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    squares += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return std::sqrt(squares);
}

std::vector<double> centre_of(const Coordinates& points) {
  std::vector<double> centre(points.front().size());
  for (const auto& point : points) {
    for (std::size_t i = 0; i < centre.size(); ++i) {
      centre[i] += point[i] / static_cast<double>(points.size());
    }
  }
  return centre;
}

std::vector<double> sorted_distances(const std::vector<double>& centre, const Coordinates& points) {
  std::vector<double> found;
  for (const auto& point : points) {
    found.push_back(distance(centre, point));
  }
  std::ranges::sort(found);
  return found;
}

/// Numbers on their logarithmic scales, ports, protocol and the first 16 bits of both addresses,
/// all about 0 to 1.
Coordinates coordinates(const RowMetric::Points& points) {
  const auto octet = [](const IpAddress& address, int which) {
    const std::uint64_t first = address.is_v4() ? address.v4_bits() >> 16 : address.high >> 48;
    return static_cast<double>(first >> (8 * which) & 0xff) / 255;
  };
  Coordinates all;
  for (std::size_t at = 0; at < points.size(); ++at) {
    auto& own = all.emplace_back();
    for (const auto& number : points.numbers) {
      own.push_back(number[at]);
    }
    own.push_back(points.categories[0][at] / 65535.0);
    own.push_back(points.categories[1][at] / 65535.0);
    own.push_back(points.categories[2][at] / 17.0);
    for (const IpAddress& address : {points.src[at], points.dst[at]}) {
      own.push_back(octet(address, 1));
      own.push_back(octet(address, 0));
    }
  }
  return all;
}

struct Found {
  BallShares balls{kNan, kNan, kNan, kNan};
  double alpha = kNan;
  double beta = kNan;
};

Found found_in(const Pair& pair, std::uint64_t seed) {
  const std::size_t rows = std::min({pair.real.rows(), pair.synthetic.rows(), kMostRows});
  if (rows <= 3 * kNeighbours) {
    return {};
  }
  Random random(seed, kStream);
  const RowMetric metric(pair.real.columns, {&pair.synthetic.columns});
  const auto real = metric.points(pair.real.columns, some_of(pair.real.rows(), rows, random));
  const auto synthetic =
      metric.points(pair.synthetic.columns, some_of(pair.synthetic.rows(), rows, random));
  const Coordinates a = coordinates(real);
  const Coordinates b = coordinates(synthetic);
  return {ball_shares(real, synthetic, kNeighbours), sphere_agreement(a, b),
          sphere_agreement(b, a)};
}

Metric share_metric(std::string id, std::string name, std::string explain) {
  return {.id = std::move(id),
          .name = std::move(name),
          .explain = std::move(explain),
          .better = Better::kHigher,
          .high = 1,
          .marks = Marks{0.1, 0.25}};
}

}  // namespace

BallShares ball_shares(const RowMetric::Points& real, const RowMetric::Points& synthetic,
                       std::size_t k) {
  const auto real_radii = radii(real, k);
  const auto synthetic_radii = radii(synthetic, k);
  std::vector<bool> recalled(real.size());
  std::vector<bool> covered(real.size());
  std::size_t precise = 0;
  std::size_t hits = 0;
  std::vector<float> row;
  for (std::size_t at = 0; at < synthetic.size(); ++at) {
    distances(synthetic, at, real, row);
    const std::size_t before = hits;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const bool inside = row[j] <= real_radii[j];
      hits += inside ? 1 : 0;
      covered[j] = covered[j] || inside;
      recalled[j] = recalled[j] || row[j] <= synthetic_radii[at];
    }
    precise += hits > before ? 1 : 0;
  }
  const auto count = [](const std::vector<bool>& flags) {
    return static_cast<std::size_t>(std::ranges::count(flags, true));
  };
  return {share(precise, synthetic.size()), share(count(recalled), real.size()),
          share(hits, synthetic.size() * k), share(count(covered), real.size())};
}

double sphere_agreement(const Coordinates& reference, const Coordinates& others) {
  constexpr int kSteps = 20;
  const auto centre = centre_of(reference);
  const auto own = sorted_distances(centre, reference);
  const auto other = sorted_distances(centre, others);
  double gaps = 0;
  for (int step = 1; step <= kSteps; ++step) {
    const double alpha = static_cast<double>(step) / kSteps;
    const auto within = std::ranges::upper_bound(other, quantile(own, alpha)) - other.begin();
    gaps += std::abs(share(static_cast<std::size_t>(within), other.size()) - alpha);
  }
  return 1 - 2 * gaps / kSteps;
}

Group coverage_group(const Pair& pair, std::uint64_t seed) {
  GroupBuilder group("coverage", "Variety",
                     "Whether the twin has all kinds of records that there are, and no others, by "
                     "neighbourhoods of up to 2,000 records of each trace.");
  const Found found = found_in(pair, seed);
  group.add(share_metric("precision", "Synthetic records among real ones (precision)",
                         "Share of the synthetic records that are as near to a real record as its "
                         "fifth real neighbour."),
            found.balls.precision);
  group.add(share_metric("recall", "Real records among synthetic ones (recall)",
                         "Share of the real records that are as near to a synthetic record as its "
                         "fifth synthetic neighbour."),
            found.balls.recall);
  group.add(share_metric("coverage", "Kinds of real records that the twin has (coverage)",
                         "Share of the real records with a synthetic record as near as their fifth "
                         "real neighbour."),
            found.balls.coverage);
  group.add({.id = "density",
             .name = "Density",
             .explain = "How many real records have a synthetic one so near, over five: 1 where "
                        "records crowd as real ones do.",
             .better = Better::kNone},
            found.balls.density);
  group.add(share_metric("alpha_precision", "Typical records are typical (alpha-precision)",
                         "Whether the sphere that holds the most typical half, third, … of the "
                         "real records holds as many synthetic ones: 1 is right."),
            found.alpha);
  group.add(share_metric("beta_recall", "Rare records are rare (beta-recall)",
                         "The same with the traces exchanged."),
            found.beta);
  return group.take();
}

}  // namespace tracetwin::evaluate
