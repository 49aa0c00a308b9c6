#include "tokens/scheme.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "small_table.h"
#include "tokens/choose.h"

namespace tracetwin::tokens {
namespace {

using test::SmallTable;

std::vector<std::uint16_t> tokens_of(const Tokenizer& tokenizer, const std::vector<Key>& keys) {
  std::vector<std::uint16_t> tokens(tokenizer.width());
  tokenizer.encode(keys, tokens);
  return tokens;
}

const Coding& coding_of(const Scheme& scheme, std::string_view name) {
  return *std::find_if(scheme.codings.begin(), scheme.codings.end(),
                       [&](const Coding& coding) { return coding.name == name; });
}

TEST(Scheme, TokensDecodeIntoWhatHasTheSameTokens) {
  const SmallTable table(3000, 1);
  const Scheme scheme = choose_scheme(table.columns(), {});
  const Tokenizer tokenizer(scheme, table.fields());
  Random random(2);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto tokens = tokens_of(tokenizer, table.row(i));
    std::vector<Key> made(table.fields().size());
    tokenizer.decode(tokens, random, made);
    ASSERT_EQ(tokens_of(tokenizer, made), tokens) << "row " << i;
  }
}

TEST(Scheme, TokensFitTheLayout) {
  const SmallTable table(3000, 1);
  const Scheme scheme = choose_scheme(table.columns(), {});
  const Tokenizer tokenizer(scheme, table.fields());
  const auto layout = layout_of(scheme);
  ASSERT_EQ(layout.size(), tokenizer.width());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto tokens = tokens_of(tokenizer, table.row(i));
    for (std::size_t t = 0; t < layout.size(); ++t) {
      if (is_active(layout, t, tokens.data())) {
        ASSERT_LT(tokens[t], layout[t].choices) << layout[t].name;
      } else {
        ASSERT_EQ(tokens[t], kInactive) << layout[t].name;
      }
    }
  }
}

TEST(Scheme, AnAddressKeepsAllItsDigits) {
  const SmallTable table(3000, 1);
  const Scheme scheme = choose_scheme(table.columns(), {});
  const Tokenizer tokenizer(scheme, table.fields());
  Random random(3);
  for (const char* text : {"203.0.113.77", "2001:db8::1234:5678"}) {
    std::vector<Key> keys = table.row(0);
    keys[0] = key_of(*parse_address(text));
    std::vector<Key> made(keys.size());
    tokenizer.decode(tokens_of(tokenizer, keys), random, made);
    EXPECT_TRUE(made[0] == keys[0]) << text;
  }
}

TEST(Scheme, RareValuesAreOnNoList) {
  SmallTable table(3000, 1);
  const Key rare_address = key_of(*parse_address("198.51.100.99"));
  const Key rare_size = pair_key(77, 77777);
  for (std::size_t i = 0; i < 4; ++i) {
    table.set(0, i, rare_address);
    table.set(7, i, rare_size);
  }
  const Scheme scheme = choose_scheme(table.columns(), {});
  const Coding& source = coding_of(scheme, "srcip");
  EXPECT_FALSE(std::binary_search(source.frequent.begin(), source.frequent.end(), rare_address));
  for (const Coding& coding : scheme.codings) {
    EXPECT_FALSE(std::binary_search(coding.atoms.begin(), coding.atoms.end(), 77777.0));
    EXPECT_EQ(std::count(coding.edges.begin(), coding.edges.end(), 77777.0), 0);
  }
}

TEST(Scheme, TimeIsFirstAndItsPartLast) {
  const SmallTable table(3000, 1);
  const auto layout = layout_of(choose_scheme(table.columns(), {}));
  EXPECT_EQ(layout.front().name, "ts");
  EXPECT_EQ(layout.back().name, "ts part");
}

TEST(Scheme, DrawsStayInTheWindow) {
  const SmallTable table(500, 1);
  const Scheme scheme = choose_scheme(table.columns(), {});
  const Coding& time = scheme.codings.front();
  Random random(5);
  for (std::uint16_t slot = 0; slot < head_choices(time); ++slot) {
    for (std::uint16_t part = 0; part < time.parts; ++part) {
      Key key = 0;
      const std::vector<std::uint16_t> details(time.parts > 1 ? 1 : 0, part);
      decode(time, table.fields()[time.field], slot, details, random, key);
      EXPECT_GE(static_cast<std::int64_t>(key), table.window().begin);
      EXPECT_LT(static_cast<std::int64_t>(key), table.window().end);
    }
  }
}

}  // namespace
}  // namespace tracetwin::tokens
