#include "evaluate/learn/boosting.h"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/error.h"

namespace tracetwin::evaluate {
namespace {

void check(int code) {
  if (code != 0) {
    throw Error(fmt::format("XGBoost failed: {}", XGBGetLastError()), "Please report it.");
  }
}

/// A matrix as the library holds it.
class Rows {
 public:
  explicit Rows(const Matrix& features) {
    const float missing = std::numeric_limits<float>::quiet_NaN();
    check(XGDMatrixCreateFromMat_omp(features.values.data(), features.rows(), features.columns,
                                     missing, &handle_, 1));
  }
  ~Rows() { XGDMatrixFree(handle_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  DMatrixHandle handle() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

}  // namespace

class Boosting::Model {
 public:
  Model(const Labelled& data, const BoostingSettings& settings) : classes_(data.classes) {
    const Rows rows(data.features);
    const std::vector<float> labels(data.labels.begin(), data.labels.end());
    check(XGDMatrixSetFloatInfo(rows.handle(), "label", labels.data(), labels.size()));
    const DMatrixHandle handle = rows.handle();
    check(XGBoosterCreate(&handle, 1, &booster_));
    set("nthread", "1");
    set("verbosity", "0");
    set("tree_method", "hist");
    set("grow_policy", "lossguide");
    set("max_depth", "0");
    set("max_leaves", "31");
    set("max_bin", "256");
    set("lambda", "0.000001");  // none: 0 would divide by an empty node's 0
    set("eta", fmt::format("{}", settings.rate));
    set("seed", fmt::format("{}", settings.seed % INT32_MAX));
    // A row's second derivative is a quarter before anything is learned and less afterwards.
    set("min_child_weight", fmt::format("{}", settings.leaf_rows / 8.0));
    if (classes_ > 2) {
      set("objective", "multi:softprob");
      set("num_class", fmt::format("{}", classes_));
    } else {
      set("objective", "binary:logistic");
    }
    for (int round = 0; round < settings.rounds; ++round) {
      check(XGBoosterUpdateOneIter(booster_, round, rows.handle()));
    }
  }
  ~Model() { XGBoosterFree(booster_); }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// One number a row, or one a row and class.
  std::vector<double> predict(const Matrix& features) const {
    if (features.rows() == 0) {
      return {};
    }
    const Rows rows(features);
    bst_ulong size = 0;
    const float* found = nullptr;
    check(XGBoosterPredict(booster_, rows.handle(), 0, 0, 0, &size, &found));
    return {found, found + size};
  }
  std::uint32_t classes() const { return classes_; }

 private:
  void set(const char* name, const std::string& value) {
    check(XGBoosterSetParam(booster_, name, value.c_str()));
  }

  std::uint32_t classes_;
  BoosterHandle booster_ = nullptr;
};

Boosting::Boosting(const Labelled& data, const BoostingSettings& settings)
    : model_(std::make_unique<Model>(data, settings)) {}
Boosting::~Boosting() = default;
Boosting::Boosting(Boosting&&) noexcept = default;

std::vector<double> Boosting::probabilities(const Matrix& features) const {
  return model_->predict(features);
}

std::vector<std::uint32_t> Boosting::classes(const Matrix& features) const {
  const std::vector<double> scores = model_->predict(features);
  std::vector<std::uint32_t> found;
  if (model_->classes() <= 2) {
    for (const double score : scores) {
      found.push_back(score > 0.5 ? 1 : 0);
    }
    return found;
  }
  const std::size_t classes = model_->classes();
  for (std::size_t at = 0; at < scores.size(); at += classes) {
    const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(at);
    found.push_back(static_cast<std::uint32_t>(
        std::max_element(begin, begin + static_cast<std::ptrdiff_t>(classes)) - begin));
  }
  return found;
}

}  // namespace tracetwin::evaluate
