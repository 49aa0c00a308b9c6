// Against GUM: a whole-row copy or an overwritten pair undoes what other marginals say, a single
// value that fits harms them less. Figures stand in ARCHITECTURE.md, decision 6.
#include "engine/marginal/polish.h"

#include <algorithm>
#include <cmath>

#include "marginal/codes.h"

namespace tracetwin::engine {
namespace {

constexpr double kLeastProgress = 0.08;
constexpr std::int16_t kImpossible = -16384;  // no number of marginals makes up for it

}  // namespace

Polish::Polish(const Domain& domain, std::span<const Target> targets, Columns& columns,
               Random& random)
    : columns_(columns),
      random_(random),
      rows_(columns.front().size()),
      width_(columns.size()),
      records_(rows_ * width_),
      inner_(width_),
      touched_(width_),
      marginals_(targets.size()) {
  for (const Target& target : targets) {
    add_layouts(domain, target);
  }
  for (std::size_t a = 0; a < width_; ++a) {
    wants_.emplace_back(domain[a].cells);
    here_.resize(std::max(here_.size(), inner_[a].size()));
    for (std::size_t row = 0; row < rows_; ++row) {
      records_[row * width_ + a] = columns[a][row];
    }
  }
}

std::vector<std::int16_t> Polish::excess_of(const Domain& domain, const Target& target) const {
  std::vector<std::uint32_t> codes(rows_);
  marginal::joint_codes(views(columns_), domain, target.clique, 0, codes);
  std::vector<std::int32_t> excess(target.counts.begin(), target.counts.end());
  for (const std::uint32_t code : codes) {
    --excess[code];
  }
  std::vector<std::int16_t> result(excess.size());
  std::transform(excess.begin(), excess.end(), result.begin(),
                 [](std::int32_t missing) { return static_cast<std::int16_t>(-missing); });
  return result;
}

void Polish::add_layouts(const Domain& domain, const Target& target) {
  const std::vector<std::int16_t> excess = excess_of(domain, target);
  for (const std::int16_t records : excess) {
    distance_ += std::abs(records);
  }
  std::vector<Layout> layouts;
  for (const std::uint32_t innermost : target.clique) {
    Layout layout{static_cast<std::uint32_t>(excess_.size()), {{innermost, 1}}};
    std::uint32_t stride = domain[innermost].cells;
    for (const std::uint32_t attribute : target.clique) {
      if (attribute != innermost) {
        layout.terms.push_back({attribute, stride});
        stride *= domain[attribute].cells;
      }
    }
    layout.has_impossible = !target.impossible.empty();
    excess_.resize(excess_.size() + excess.size());
    impossible_.resize(excess_.size());
    arrange(domain, target, excess, layout);
    inner_[innermost].push_back(layout);
    layouts.push_back(std::move(layout));
  }
  for (const std::uint32_t attribute : target.clique) {
    auto& touched = touched_[attribute];
    touched.insert(touched.end(), layouts.begin(), layouts.end());
  }
}

void Polish::arrange(const Domain& domain, const Target& target,
                     std::span<const std::int16_t> excess, const Layout& layout) {
  std::vector<std::uint16_t> record(width_);
  for (std::size_t cell = 0; cell < excess.size(); ++cell) {
    const std::uint32_t at = place(layout, record.data());
    excess_[at] = excess[cell];
    impossible_[at] = layout.has_impossible && target.impossible[cell] ? kImpossible : 0;
    for (auto a = target.clique.rbegin(); a != target.clique.rend(); ++a) {
      if (++record[*a] < domain[*a].cells) {
        break;
      }
      record[*a] = 0;
    }
  }
}

std::uint32_t Polish::place(const Layout& layout, const std::uint16_t* record) const {
  std::uint32_t cell = layout.first;
  for (const Term& term : layout.terms) {
    cell += record[term.attribute] * term.stride;
  }
  return cell;
}

double Polish::error() const {
  const double share = static_cast<double>(rows_) * static_cast<double>(marginals_);
  return share == 0 ? 0 : static_cast<double>(distance_) / share;
}

void Polish::run(int sweeps) {
  for (int i = 0; i < sweeps && distance_ > 0; ++i) {
    const auto before = static_cast<double>(distance_);
    sweep();
    if (static_cast<double>(distance_) > before * (1 - kLeastProgress)) {
      break;
    }
  }
  write_columns();
}

void Polish::sweep() {
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t attribute = 0; attribute < width_; ++attribute) {
      improve(&records_[row * width_], attribute);
    }
  }
}

void Polish::improve(std::uint16_t* record, std::size_t attribute) {
  const auto marginals = static_cast<int>(inner_[attribute].size());
  const int leaving = marginals - 2 * crowded(record, attribute);  // change of the L1 distance
  if (2 * leaving >= marginals) {
    return;  // most marginals want the record where it is: not worth the search
  }
  const int most = count_wants(attribute, record[attribute]);
  const int change = leaving + marginals - 2 * most;
  if (change <= 0 && most >= 0) {
    distance_ += change;
    move(record, attribute, pick(attribute, most));
  }
}

// Notes where the record's rows are, too.
int Polish::crowded(const std::uint16_t* record, std::size_t attribute) {
  const std::uint16_t present = record[attribute];
  int count = 0;
  std::size_t at = 0;
  for (const Layout& layout : inner_[attribute]) {
    const std::uint32_t cell = place(layout, record);
    here_[at++] = cell - present;
    count += excess_[cell] > 0 ? 1 : 0;
  }
  return count;
}

// How many marginals want the value that most of them want, other than the present one.
int Polish::count_wants(std::size_t attribute, std::uint16_t present) {
  std::vector<std::int16_t>& wants = wants_[attribute];
  std::fill(wants.begin(), wants.end(), 0);
  for (std::size_t i = 0; i < inner_[attribute].size(); ++i) {
    const std::int16_t* excess = &excess_[here_[i]];
    for (std::size_t value = 0; value < wants.size(); ++value) {
      wants[value] = static_cast<std::int16_t>(wants[value] - (excess[value] >> 15));
    }
    if (inner_[attribute][i].has_impossible) {
      forbid(here_[i], wants);
    }
  }
  wants[present] = -1;
  return *std::max_element(wants.begin(), wants.end());
}

void Polish::forbid(std::size_t row, std::vector<std::int16_t>& wants) const {
  const std::int16_t* impossible = &impossible_[row];
  for (std::size_t value = 0; value < wants.size(); ++value) {
    wants[value] = impossible[value] != 0 ? kImpossible : wants[value];
  }
}

// One of the values that `most` marginals want, by how many records they want there together.
std::uint16_t Polish::pick(std::size_t attribute, int most) {
  const std::vector<std::int16_t>& wants = wants_[attribute];
  std::int64_t sum = 0;
  std::uint16_t chosen = 0;
  for (std::uint16_t value = 0; value < wants.size(); ++value) {
    if (wants[value] == most) {
      const std::int64_t wanted = missing(attribute, value);
      sum += wanted;
      if (static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(sum))) < wanted) {
        chosen = value;
      }
    }
  }
  return chosen;
}

std::int64_t Polish::missing(std::size_t attribute, std::uint16_t value) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < inner_[attribute].size(); ++i) {
    sum -= std::min<std::int64_t>(0, excess_[here_[i] + value]);
  }
  return std::max<std::int64_t>(sum, 1);
}

void Polish::move(std::uint16_t* record, std::size_t attribute, std::uint16_t value) {
  for (const Layout& layout : touched_[attribute]) {
    --excess_[place(layout, record)];
  }
  record[attribute] = value;
  for (const Layout& layout : touched_[attribute]) {
    ++excess_[place(layout, record)];
  }
}

void Polish::write_columns() {
  for (std::size_t a = 0; a < width_; ++a) {
    for (std::size_t row = 0; row < rows_; ++row) {
      columns_[a][row] = records_[row * width_ + a];
    }
  }
}

}  // namespace tracetwin::engine
