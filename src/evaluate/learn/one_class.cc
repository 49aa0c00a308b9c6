#include "evaluate/learn/one_class.h"

#include <svm.h>

#include <cstddef>
#include <vector>

#include "evaluate/distances.h"

namespace tracetwin::evaluate {
namespace {

/// Rows as libsvm wants them: what is not 0, with its column from 1, and an end mark.
class SparseRows {
 public:
  explicit SparseRows(const Matrix& features) {
    std::vector<std::size_t> begins;
    for (std::size_t row = 0; row < features.rows(); ++row) {
      begins.push_back(nodes_.size());
      for (std::size_t i = 0; i < features.columns; ++i) {
        if (const float value = features.row(row)[i]; value != 0) {
          nodes_.push_back({static_cast<int>(i + 1), value});
        }
      }
      nodes_.push_back({-1, 0});
    }
    for (const std::size_t begin : begins) {
      rows_.push_back(&nodes_[begin]);
    }
  }
  svm_node** rows() { return rows_.data(); }
  std::size_t size() const { return rows_.size(); }

 private:
  std::vector<svm_node> nodes_;
  std::vector<svm_node*> rows_;
};

double scaled_gamma(const Matrix& features) {
  const std::vector<double> values(features.values.begin(), features.values.end());
  const double spread = deviation(values);
  const double variance = spread * spread;
  return variance > 0 ? 1 / (static_cast<double>(features.columns) * variance) : 1;
}

}  // namespace

class OneClass::Model {
 public:
  Model(const Matrix& features, double nu) : rows_(features), zeros_(features.rows()) {
    svm_set_print_string_function([](const char*) {});
    svm_problem problem{};
    problem.l = static_cast<int>(rows_.size());
    problem.y = zeros_.data();
    problem.x = rows_.rows();
    svm_parameter parameter{};
    parameter.svm_type = ONE_CLASS;
    parameter.kernel_type = RBF;
    parameter.gamma = scaled_gamma(features);
    parameter.nu = nu;
    parameter.cache_size = 100;
    parameter.eps = 1e-3;
    parameter.shrinking = 1;
    model_ = svm_train(&problem, &parameter);
  }
  ~Model() { svm_free_and_destroy_model(&model_); }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  bool is_outlier(const svm_node* row) const { return svm_predict(model_, row) < 0; }

 private:
  SparseRows rows_;  ///< the model points into it
  std::vector<double> zeros_;
  svm_model* model_ = nullptr;
};

OneClass::OneClass(const Matrix& features, double nu)
    : model_(std::make_unique<Model>(features, nu)) {}
OneClass::~OneClass() = default;
OneClass::OneClass(OneClass&&) noexcept = default;

double OneClass::outlier_share(const Matrix& features) const {
  SparseRows rows(features);
  std::size_t outliers = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    outliers += model_->is_outlier(rows.rows()[i]) ? 1 : 0;
  }
  return static_cast<double>(outliers) / static_cast<double>(rows.size());
}

}  // namespace tracetwin::evaluate
