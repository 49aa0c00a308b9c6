#include "pipeline/sorted_runs.h"

#include <algorithm>
#include <cstring>
#include <queue>
#include <utility>

namespace tracetwin {
namespace {

constexpr std::size_t kRowsAtOnce = 256;  // read of a run
constexpr std::size_t kInMemory = std::size_t{32} << 20;

}  // namespace

/// The rows of one run, one after the other.
class SortedRuns::Reader {
 public:
  Reader(const SortedRuns& runs, const Run& run, std::size_t codes) : runs_(runs), run_(run) {
    row_.codes.resize(codes);
  }

  bool next() {
    if (at_ == run_.rows) {
      return false;
    }
    if (at_ % kRowsAtOnce == 0) {
      bytes_.resize(std::min(kRowsAtOnce, run_.rows - at_) * runs_.bytes_);
      runs_.packed_.read(run_.place + at_ * runs_.bytes_, bytes_);
    }
    const std::byte* from = bytes_.data() + at_ % kRowsAtOnce * runs_.bytes_;
    std::memcpy(&row_.time_ns, from, sizeof row_.time_ns);
    std::memcpy(row_.codes.data(), from + sizeof row_.time_ns, runs_.bytes_ - sizeof row_.time_ns);
    ++at_;
    return true;
  }
  const CodedRow& row() const { return row_; }

 private:
  const SortedRuns& runs_;
  Run run_;
  std::size_t at_ = 0;
  CodedRow row_;
  std::vector<std::byte> bytes_;
};

SortedRuns::SortedRuns(std::size_t codes)
    : bytes_(sizeof(std::int64_t) + codes * sizeof(std::uint16_t)), packed_(kInMemory) {}

std::string SortedRuns::pack(std::span<const CodedRow> rows) {
  std::string bytes;
  for (const CodedRow& row : rows) {
    bytes.append(reinterpret_cast<const char*>(&row.time_ns), sizeof row.time_ns);
    bytes.append(reinterpret_cast<const char*>(row.codes.data()),
                 row.codes.size() * sizeof(std::uint16_t));
  }
  return bytes;
}

void SortedRuns::add_packed(std::string_view run) {
  runs_.push_back({packed_.append(std::as_bytes(std::span(run))), run.size() / bytes_});
}

void SortedRuns::look(std::string_view run,
                      const std::function<void(std::span<const std::uint16_t>)>& visit) const {
  std::vector<std::uint16_t> codes((bytes_ - sizeof(std::int64_t)) / sizeof(std::uint16_t));
  for (std::size_t at = 0; at < run.size(); at += bytes_) {
    std::memcpy(codes.data(), run.data() + at + sizeof(std::int64_t),
                codes.size() * sizeof(std::uint16_t));
    visit(codes);
  }
}

void SortedRuns::merge(const std::function<void(const CodedRow&)>& visit) const {
  using Next = std::pair<std::int64_t, std::size_t>;  // time and run
  std::priority_queue<Next, std::vector<Next>, std::greater<>> nexts;
  std::vector<Reader> readers;
  readers.reserve(runs_.size());
  const std::size_t codes = (bytes_ - sizeof(std::int64_t)) / sizeof(std::uint16_t);
  for (const Run& run : runs_) {
    readers.emplace_back(*this, run, codes);
    if (readers.back().next()) {
      nexts.emplace(readers.back().row().time_ns, readers.size() - 1);
    }
  }
  while (!nexts.empty()) {
    const std::size_t run = nexts.top().second;
    nexts.pop();
    visit(readers[run].row());
    if (readers[run].next()) {
      nexts.emplace(readers[run].row().time_ns, run);
    }
  }
}

}  // namespace tracetwin
