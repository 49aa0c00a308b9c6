#include "intake/rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tracetwin {
namespace {

std::string value_of(std::string_view text, const std::regex& pattern) {
  std::match_results<std::string_view::const_iterator> found;
  return std::regex_search(text.begin(), text.end(), found, pattern) ? found[1].str() : "";
}

class Rewritten final : public FlowReader {
 public:
  Rewritten(std::unique_ptr<FlowReader> inner, std::vector<Rewrite> rewrites)
      : inner_(std::move(inner)) {
    for (const Rewrite& rewrite : rewrites) {
      rules_.push_back({rewrite, std::regex(rewrite.match.empty() ? "([^]*)" : rewrite.match)});
    }
    name_columns();
  }

  bool next(FlowBatch& batch) override {
    const bool more = inner_->next(batch);
    name_columns();
    for (Rule& rule : rules_) {
      TextColumn made;
      for (std::size_t i = 0; i < batch.extras[rule.from].size(); ++i) {
        made.append(value_of(batch.extras[rule.from][i], rule.pattern));
      }
      rule.made = std::move(made);
    }
    batch.extras.resize(columns_.size());
    for (Rule& rule : rules_) {
      batch.extras[rule.to] = std::move(rule.made);
    }
    return more;
  }
  const std::vector<std::string>& extra_columns() const override { return columns_; }
  const SourceInfo& info() const override { return inner_->info(); }
  const Skips& skips() const override { return inner_->skips(); }
  std::uint64_t bytes_read() const override { return inner_->bytes_read(); }

 private:
  struct Rule {
    Rewrite asked;
    std::regex pattern;
    std::size_t from = 0;
    std::size_t to = 0;
    TextColumn made = {};
  };

  void name_columns() {
    columns_ = inner_->extra_columns();
    for (Rule& rule : rules_) {
      rule.from = place_of(rule.asked.from);
    }
    for (Rule& rule : rules_) {
      const auto there = std::ranges::find(columns_, rule.asked.name);
      rule.to = static_cast<std::size_t>(there - columns_.begin());
      if (there == columns_.end()) {
        columns_.push_back(rule.asked.name);
      }
    }
  }

  std::size_t place_of(const std::string& name) const {
    const auto& own = inner_->extra_columns();
    const auto found = std::ranges::find(own, name);
    if (found == own.end()) {
      const auto near = nearest(name, own);
      throw Error(fmt::format("{} has no column \"{}\"", inner_->info().name, name),
                  near ? fmt::format("Did you mean \"{}\"?", *near)
                       : "Correct the name of the column in the schema file.");
    }
    return static_cast<std::size_t>(found - own.begin());
  }

  std::unique_ptr<FlowReader> inner_;
  std::vector<Rule> rules_;
  std::vector<std::string> columns_;
};

class WithColumn final : public FlowReader {
 public:
  WithColumn(std::unique_ptr<FlowReader> inner, std::string name, std::string text)
      : inner_(std::move(inner)), name_(std::move(name)), text_(std::move(text)) {
    name_columns();
  }

  bool next(FlowBatch& batch) override {
    const bool more = inner_->next(batch);
    name_columns();
    batch.extras.resize(columns_.size());
    batch.extras.back().clear();
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      batch.extras.back().append(text_);
    }
    return more;
  }
  const std::vector<std::string>& extra_columns() const override { return columns_; }
  const SourceInfo& info() const override { return inner_->info(); }
  const Skips& skips() const override { return inner_->skips(); }
  std::uint64_t bytes_read() const override { return inner_->bytes_read(); }

 private:
  void name_columns() {
    columns_ = inner_->extra_columns();
    columns_.push_back(name_);
  }

  std::unique_ptr<FlowReader> inner_;
  std::string name_, text_;
  std::vector<std::string> columns_;
};

}  // namespace

std::vector<Rewrite> rewrites_of(const Declarations& declarations) {
  std::vector<Rewrite> rewrites;
  for (const auto& column : declarations.columns) {
    if (!column.ignore && !(column.from.empty() && column.match.empty())) {
      rewrites.push_back(
          {column.name, column.from.empty() ? column.name : column.from, column.match});
    }
  }
  return rewrites;
}

std::unique_ptr<FlowReader> with_column(std::unique_ptr<FlowReader> reader, std::string name,
                                        std::string text) {
  return std::make_unique<WithColumn>(std::move(reader), std::move(name), std::move(text));
}

std::unique_ptr<FlowReader> rewritten(std::unique_ptr<FlowReader> reader,
                                      std::vector<Rewrite> rewrites) {
  return std::make_unique<Rewritten>(std::move(reader), std::move(rewrites));
}

}  // namespace tracetwin
