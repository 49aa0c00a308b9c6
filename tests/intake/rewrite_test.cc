#include "intake/rewrite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace tracetwin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// One batch of records with two further columns.
class Pages final : public FlowReader {
 public:
  bool next(FlowBatch& batch) override {
    batch.clear();
    batch.extras.resize(2);
    if (read_) {
      return false;
    }
    read_ = true;
    for (const char* page : {"Topic_en.org", "Other"}) {
      batch.records.emplace_back();
      batch.extras[0].append(page);
      batch.extras[1].append("7");
    }
    return true;
  }
  const std::vector<std::string>& extra_columns() const override { return columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return 0; }

 private:
  bool read_ = false;
  std::vector<std::string> columns_ = {"page", "views"};
  SourceInfo info_;
  Skips skips_;
};

TEST(Rewrite, MakesColumnsOfOthers) {
  const auto reader = rewritten(std::make_unique<Pages>(),
                                {{"project", "page", "_([a-z]+)"}, {"copy", "page", ""}});
  EXPECT_THAT(reader->extra_columns(), ElementsAre("page", "views", "project", "copy"));
  FlowBatch batch;
  ASSERT_TRUE(reader->next(batch));
  EXPECT_EQ(batch.extras[0][0], "Topic_en.org");
  EXPECT_EQ(batch.extras[2][0], "en");
  EXPECT_EQ(batch.extras[2][1], "") << "what does not match has no value";
  EXPECT_EQ(batch.extras[3][1], "Other");
  EXPECT_FALSE(reader->next(batch));
}

TEST(Rewrite, ReplacesAColumnByPartOfIt) {
  const auto reader = rewritten(std::make_unique<Pages>(), {{"page", "page", "^(.)"}});
  EXPECT_THAT(reader->extra_columns(), ElementsAre("page", "views"));
  FlowBatch batch;
  ASSERT_TRUE(reader->next(batch));
  EXPECT_EQ(batch.extras[0][0], "T");
}

TEST(Rewrite, NamesAColumnThatIsNotThere) {
  try {
    rewritten(std::make_unique<Pages>(), {{"project", "pages", ""}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"pages\""));
    EXPECT_THAT(error.remedy(), HasSubstr("\"page\""));
  }
}

TEST(Rewrite, AddsAColumnOfOneText) {
  const auto reader = with_column(std::make_unique<Pages>(), "filename", "a.csv");
  FlowBatch batch;
  ASSERT_TRUE(reader->next(batch));
  EXPECT_THAT(reader->extra_columns(), ElementsAre("page", "views", "filename"));
  EXPECT_EQ(batch.extras[2].size(), 2U);
  EXPECT_EQ(batch.extras[2][1], "a.csv");
}

}  // namespace
}  // namespace tracetwin
