#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "trace/format/format.h"

namespace tracetwin {
namespace {

class NoFlows final : public FlowReader {
 public:
  bool next(FlowBatch&) override { return false; }
  const std::vector<std::string>& extra_columns() const override { return columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return 0; }

 private:
  std::vector<std::string> columns_;
  SourceInfo info_;
  Skips skips_;
};

TEST(PacketsOf, RefusesFlows) {
  EXPECT_THROW(packets_of(AnyReader(std::make_unique<NoFlows>())), Error);
}

}  // namespace
}  // namespace tracetwin
