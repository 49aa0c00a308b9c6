#include "evaluate/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "evaluate/distances.h"
#include "evaluate/learn/boosting.h"
#include "evaluate/learn/cart.h"
#include "evaluate/learn/network.h"
#include "evaluate/prediction_rows.h"
#include "evaluate/scores.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kTrees = 100;
constexpr std::uint64_t kStream = 0x7a5c;

using Classes = std::vector<std::uint32_t>;

/// A classifier: the classes of `asked` after learning `data`.
struct Classifier {
  const char* id;
  const char* name;
  bool scaled;
  Classes (*answers)(const Labelled& data, const Matrix& asked, std::uint64_t seed);
};

Classes by_forest(const Labelled& data, const Matrix& asked, std::uint64_t seed) {
  return Forest(data, kTrees, seed).classes(asked);
}

Classes by_boosting(const Labelled& data, const Matrix& asked, std::uint64_t seed) {
  BoostingSettings settings;
  settings.seed = seed;
  return Boosting(data, settings).classes(asked);
}

Classes by_regression(const Labelled& data, const Matrix& asked, std::uint64_t) {
  return classify_by_regression(data, asked);
}

Classes by_network(const Labelled& data, const Matrix& asked, std::uint64_t seed) {
  NetworkSettings settings;
  settings.seed = seed;
  return classify_by_network(data, asked, settings);
}

constexpr std::array<Classifier, kClassifiers> kTable = {
    Classifier{"tree", "decision tree", false, classify_by_tree},
    Classifier{"regression", "logistic regression", true, by_regression},
    Classifier{"forest", "random forest", false, by_forest},
    Classifier{"boosting", "gradient boosting", false, by_boosting},
    Classifier{"network", "multilayer perceptron", true, by_network}};

std::size_t classes_in(const Classes& labels) {
  Classes sorted = labels;
  std::ranges::sort(sorted);
  return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
}

std::uint32_t most_frequent(const Classes& labels) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const std::uint32_t label : labels) {
    ++counts[label];
  }
  return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })
      ->first;
}

/// The classes that occur, numbered from 0.
Labelled labelled(const Rows& rows, std::vector<std::uint32_t>& names) {
  names = rows.labels;
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  Labelled data{rows.features, {}, static_cast<std::uint32_t>(names.size())};
  for (const std::uint32_t label : rows.labels) {
    data.labels.push_back(
        static_cast<std::uint32_t>(std::ranges::lower_bound(names, label) - names.begin()));
  }
  return data;
}

/// Answers about two sets of rows at once, so that learning is done once.
std::pair<Classes, Classes> learn_and_answer(const Classifier& classifier, const Rows& learned,
                                             const Matrix& first, const Matrix& second,
                                             std::uint64_t seed) {
  if (classes_in(learned.labels) < 2) {
    const std::uint32_t only = learned.labels.front();
    return {Classes(first.rows(), only), Classes(second.rows(), only)};
  }
  std::vector<std::uint32_t> names;
  Labelled data = labelled(learned, names);
  Matrix asked = first;
  asked.values.insert(asked.values.end(), second.values.begin(), second.values.end());
  if (classifier.scaled) {
    const Scaler scaler(data.features);
    data.features = scaler(data.features);
    asked = scaler(asked);
  }
  Classes answers = classifier.answers(data, asked, seed);
  for (std::uint32_t& answer : answers) {
    answer = names[answer];
  }
  const auto middle = answers.begin() + static_cast<std::ptrdiff_t>(first.rows());
  return {Classes(answers.begin(), middle), Classes(middle, answers.end())};
}

/// What one classifier reaches: learned from -> asked about.
struct Reached {
  Answers one_half;  ///< of the real rows that are learned -> real
  Answers other_half;
  Answers real_real;
  Answers synthetic_real;
  Answers synthetic_synthetic;
};

/// Every second row, from the first or the second on.
Rows every_second(const Rows& rows, std::size_t first) {
  Rows half{{rows.features.columns, {}}, {}};
  for (std::size_t row = first; row < rows.labels.size(); row += 2) {
    half.features.add(rows.features.row(row));
    half.labels.push_back(rows.labels[row]);
  }
  return half;
}

Reached run(const Classifier& classifier, const Parts& real, const Parts& synthetic,
            std::uint64_t seed) {
  const Matrix none{real.asked.features.columns, {}};
  const auto learned_from = [&](const Rows& learned) {
    return grade(real.asked.labels,
                 learn_and_answer(classifier, learned, real.asked.features, none, seed).first);
  };
  const auto other = learn_and_answer(classifier, synthetic.learned, real.asked.features,
                                      synthetic.asked.features, seed);
  return {learned_from(every_second(real.learned, 0)), learned_from(every_second(real.learned, 1)),
          learned_from(real.learned), grade(real.asked.labels, other.first),
          grade(synthetic.asked.labels, other.second)};
}

Metric share_metric(std::string id, std::string name, std::string explain) {
  return {.id = std::move(id),
          .name = std::move(name),
          .explain = std::move(explain),
          .better = Better::kHigher,
          .high = 1,
          .marks = Marks{0.03, 0.1}};
}

void add_summary(GroupBuilder& group, const std::vector<Reached>& all) {
  std::vector<double> real;
  std::vector<double> real_f1;
  std::vector<double> crossed;
  std::vector<double> crossed_f1;
  std::vector<double> synthetic;
  for (const Reached& reached : all) {
    real.push_back(reached.real_real.accuracy);
    real_f1.push_back(reached.real_real.macro_f1);
    crossed.push_back(reached.synthetic_real.accuracy);
    crossed_f1.push_back(reached.synthetic_real.macro_f1);
    synthetic.push_back(reached.synthetic_synthetic.accuracy);
  }
  group
      .add(share_metric("accuracy", "Accuracy, mean of five classifiers",
                        "Share of right answers about real records after learning from the twin; "
                        "the floor learned from the real trace."),
           mean(crossed))
      .floor = mean(real);
  group
      .add(share_metric("f1", "Macro-F1, mean of five classifiers",
                        "The same as the mean over classes of F1, so that rare classes count."),
           mean(crossed_f1))
      .floor = mean(real_f1);
  std::vector<double> one_half;
  std::vector<double> other_half;
  for (const Reached& reached : all) {
    one_half.push_back(reached.one_half.accuracy);
    other_half.push_back(reached.other_half.accuracy);
  }
  const double order_floor = spearman(one_half, other_half);
  const std::string equal = "all classifiers are equally good on one side";
  const auto add_order = [&](Metric metric, const std::vector<double>& found) {
    if (std::isfinite(order_floor)) {
      metric.floor = order_floor;
    }
    group.add(std::move(metric), spearman(real, found), equal);
  };
  Metric order{.id = "order",
               .name = "Order of the classifiers kept (Spearman)",
               .explain =
                   "Rank correlation of five accuracies, real against learned and tested on "
                   "the twin: has steps of 0.1 and little power. The floor is that of two halves "
                   "of the real records that are learned.",
               .better = Better::kHigher,
               .low = -1,
               .high = 1};
  add_order(order, synthetic);
  order.id = "order_on_real";
  order.name = "The same, tested on real data";
  add_order(order, crossed);
}

void add_each(GroupBuilder& group, const std::vector<Reached>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Classifier& classifier = kTable[i];
    const auto add = [&](const std::string& id, const std::string& name, double value,
                         double floor) {
      Metric metric =
          share_metric(id + "." + classifier.id, fmt::format("{} of a {}", name, classifier.name),
                       "Learned from the twin, asked about the real trace.");
      metric.marks.reset();
      group.add(std::move(metric), value).floor = floor;
    };
    add("accuracy", "Accuracy", all[i].synthetic_real.accuracy, all[i].real_real.accuracy);
    add("f1", "Macro-F1", all[i].synthetic_real.macro_f1, all[i].real_real.macro_f1);
  }
}

/// Why nothing can be predicted; empty when something can.
std::string obstacle(const Pair& pair, const std::string& label) {
  if (label.empty()) {
    return "no label column was given, nor is there one called type or label";
  }
  if (pair.real.columns.category(label) == nullptr) {
    return fmt::format("the real trace has no column {}", label);
  }
  if (pair.synthetic.columns.category(label) == nullptr) {
    return fmt::format("the twin has no column {}", label);
  }
  return "";
}

/// Of the real records that are asked about, of the class that most of those learned have.
double majority_share(const Parts& real) {
  const auto of_class = std::ranges::count(real.asked.labels, most_frequent(real.learned.labels));
  return static_cast<double>(of_class) / static_cast<double>(real.asked.labels.size());
}

/// What predict() found.
struct Found {
  std::string why;    ///< nothing can be predicted; else empty
  std::string notes;  ///< on how it was tried
  double majority = 0;
  Reached reached = {};
};

std::string bytes_of(const Found& found) {
  Packer to;
  to.put_text(found.why);
  to.put_text(found.notes);
  to.put(found.majority);
  to.put(found.reached);
  return to.take();
}

Found found_in(std::string_view bytes) {
  Unpacker from(bytes);
  Found found;
  found.why = from.get_text();
  found.notes = from.get_text();
  found.majority = from.get<double>();
  found.reached = from.get<Reached>();
  return found;
}

}  // namespace

Answers grade(const std::vector<std::uint32_t>& truth, const std::vector<std::uint32_t>& answers) {
  struct Count {
    double right = 0;
    double truth = 0;
    double answered = 0;
  };
  std::map<std::uint32_t, Count> counts;
  double right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    ++counts[truth[i]].truth;
    ++counts[answers[i]].answered;
    if (truth[i] == answers[i]) {
      ++right;
      ++counts[truth[i]].right;
    }
  }
  double f1 = 0;
  for (const auto& [label, count] : counts) {
    f1 += 2 * count.right / (count.truth + count.answered);
  }
  return {right / static_cast<double>(truth.size()), f1 / static_cast<double>(counts.size())};
}

std::string predict(const Pair& pair, const std::string& label, std::uint64_t seed,
                    std::size_t classifier) {
  Found found;
  found.why = obstacle(pair, label);
  if (found.why.empty()) {
    Random random(seed, kStream);
    const Plan plan = plan_of(pair.real.columns, label);
    const Parts real = parts_of(pair.real.columns, plan, random);
    const Parts synthetic = parts_of(pair.synthetic.columns, plan, random);
    found.notes = notes_on(plan);
    if (classes_in(real.learned.labels) < 2 || classes_in(real.asked.labels) < 2) {
      found.why = "a part of the real trace has a single class";
    } else {
      found.majority = majority_share(real);
      found.reached = run(kTable.at(classifier), real, synthetic, seed);
    }
  }
  return bytes_of(found);
}

Group prediction_group(std::span<const std::string> bytes) {
  std::vector<Found> found;
  std::ranges::transform(bytes, std::back_inserter(found), found_in);
  GroupBuilder group("prediction", "Predicting the type of traffic",
                     "Classifiers that learned from the twin, asked about real records: train on "
                     "synthetic, test on real." +
                         found.front().notes);
  if (!found.front().why.empty()) {
    group.add_absent(share_metric("accuracy", "Accuracy, mean of five classifiers", ""),
                     found.front().why);
    return group.take();
  }
  std::vector<Reached> all;
  std::ranges::transform(found, std::back_inserter(all), &Found::reached);
  add_summary(group, all);
  group.add({.id = "majority",
             .name = "Accuracy of always answering the most frequent class",
             .explain = "What a classifier has to beat.",
             .better = Better::kNone,
             .high = 1},
            found.front().majority);
  add_each(group, all);
  return group.take();
}

}  // namespace tracetwin::evaluate
