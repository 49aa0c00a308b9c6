#include "dp/kept_key.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "base/error.h"
#include "base/read_file.h"
#include "support/support.h"

namespace tracetwin::dp {
namespace {

using What = std::vector<std::string_view>;

std::vector<std::uint64_t> bits_of(const NoiseKey& key, std::uint64_t use) {
  NoiseSource source = NoiseSource::of(key, use);
  std::vector<std::uint64_t> bits(600);  // beyond what a source draws at once
  for (std::uint64_t& word : bits) {
    word = source.bits();
  }
  return bits;
}

TEST(KeptKey, GivesTheSameNoiseForTheSameUse) {
  const test::TemporaryFolder folder;
  const auto file = folder / "key";
  EXPECT_FALSE(kept_key(file, What{"sum"}));
  const NoiseKey key = new_key(file, What{"sum"});
  const auto kept = kept_key(file, What{"sum"});
  ASSERT_TRUE(kept);
  EXPECT_EQ(bits_of(*kept, 7), bits_of(key, 7));
  EXPECT_NE(bits_of(key, 7), bits_of(key, 8));
  EXPECT_FALSE(NoiseSource::of(key, 7).is_insecure());
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms(0077),
            std::filesystem::perms::none);
}

TEST(KeptKey, IsForOneSumAlone) {
  const test::TemporaryFolder folder;
  const auto file = folder / "key";
  const NoiseKey first = new_key(file, What{"job", "records"});
  for (const What& other : {What{"job", "other"}, What{"jobrecords"}, What{"jobr", "ecords"},
                            What{"job", "records", ""}, What{}}) {
    EXPECT_FALSE(kept_key(file, other));
  }
  EXPECT_TRUE(kept_key(file, What{"job", "records"}));
  const NoiseKey second = new_key(file, What{"job", "other"});
  EXPECT_NE(first, second);
  EXPECT_FALSE(kept_key(file, What{"job", "records"}));
}

TEST(KeptKey, IsNotTakenFromADamagedFile) {
  const test::TemporaryFolder folder;
  const auto file = folder / "key";
  new_key(file, What{"sum"});
  std::filesystem::resize_file(file, 40);
  EXPECT_THROW(kept_key(file, What{"sum"}), Error);
}

}  // namespace
}  // namespace tracetwin::dp
