#include "pipeline/token_copies.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "pipeline/rows.h"
#include "pipeline/token_columns.h"
#include "pipeline/token_rows.h"
#include "tokens/scheme.h"

namespace tracetwin {
namespace {

constexpr std::size_t kMostCompared = std::size_t{1} << 17;

/// Rows, as they are and as tokens; time's tokens are the first, and the last where it has parts.
struct Side {
  std::vector<Row> rows;
  std::vector<std::vector<std::uint16_t>> tokens;
  std::vector<std::uint32_t> groups;

  CopySide view() const { return {rows, tokens, groups}; }
};

class RowTokens {
 public:
  explicit RowTokens(const TwinModel& model)
      : tokenizer_(model.tokens->scheme, model.schema.fields) {
    const auto layout = layout_of(model.tokens->scheme);
    begin_ = 1;
    end_ = layout.back().field == layout.front().field ? layout.size() - 1 : layout.size();
  }

  void add(Row row, Side& side) const {
    std::vector<std::uint16_t> tokens(tokenizer_.width());
    tokenizer_.encode(row, tokens);
    side.tokens.emplace_back(tokens.begin() + static_cast<std::ptrdiff_t>(begin_),
                             tokens.begin() + static_cast<std::ptrdiff_t>(end_));
    side.rows.push_back(std::move(row));
  }

 private:
  tokens::Tokenizer tokenizer_;
  std::size_t begin_, end_;
};

/// At most kMostCompared of some records, evenly over all.
std::vector<std::uint32_t> thinned(std::vector<std::uint32_t> rows) {
  if (rows.size() <= kMostCompared) {
    return rows;
  }
  std::vector<std::uint32_t> some;
  for (std::size_t i = 0; i < kMostCompared; ++i) {
    some.push_back(rows[i * rows.size() / kMostCompared]);
  }
  return some;
}

Side side_of(const tokens::Columns& columns, std::span<const std::uint32_t> groups,
             const std::vector<std::uint32_t>& rows, const RowTokens& tokens_of) {
  Side side;
  for (const std::uint32_t r : rows) {
    Row row(columns.fields.size());
    take_keys(columns, r, row);
    tokens_of.add(std::move(row), side);
    side.groups.push_back(groups[r]);
  }
  return side;
}

void leave_large_groups(std::span<const std::uint32_t> groups, std::vector<std::uint32_t>& rows) {
  std::vector<std::size_t> sizes(groups.size());
  for (const std::uint32_t group : groups) {
    ++sizes[group];
  }
  std::erase_if(rows, [&](std::uint32_t row) {
    return !autoregressive::may_be_held_out(sizes[groups[row]], groups.size());
  });
}

}  // namespace

CopyCheck copies_of(const PrivateTrace& trace, const TwinModel& model, std::uint64_t seed,
                    unsigned threads) {
  const tokens::Columns columns = token_columns(trace, model);
  const std::vector<std::uint32_t> groups = token_groups(columns);
  auto held = autoregressive::hold_out_of_training(groups, model.tokens->options.hold_out, seed);
  const RowTokens tokens_of(model);
  const auto side = [&](std::vector<std::uint32_t> rows) {
    return side_of(columns, groups, thinned(std::move(rows)), tokens_of);
  };
  const Side learned = side(held.train);
  leave_large_groups(groups, held.train);
  leave_large_groups(groups, held.judge);
  const Side members = side(std::move(held.train));
  const Side held_out = side(std::move(held.judge));
  Side twin;
  for (Row& row : draw_token_rows(model, std::min(trace.rows(), kMostCompared), seed, threads)) {
    tokens_of.add(std::move(row), twin);
  }
  return check_copies({learned.view(), twin.view(), members.view(), held_out.view()},
                      time_field(model.schema));
}

}  // namespace tracetwin
