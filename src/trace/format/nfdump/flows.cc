// nfdump's own CSV cuts times to seconds, so records are printed by a format of ours: fields with
// bars between them, padded with blanks. Times and durations have milliseconds, which is all that
// NetFlow 5 and 9 have; of ICMP the port of the destination is blank or "type.code".
#include "trace/format/nfdump/flows.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "trace/format/flow_csv/record.h"
#include "trace/format/text/number.h"
#include "trace/format/text/sound_flow.h"
#include "trace/io/byte_source.h"

namespace tracetwin::nfdump {
namespace {

constexpr std::size_t kBatch = 4096;
constexpr const char* kFormat =
    "fmt:%tsr|%td|%pr|%sa|%da|%sp|%dp|%it|%ic|%pkt|%byt|%opkt|%obyt|%flg|%tos";
enum Field : std::size_t {
  kStart,
  kSpan,
  kProtocol,
  kSource,
  kDestination,
  kSourcePort,
  kDestinationPort,
  kIcmpType,
  kIcmpCode,
  kPackets,
  kBytes,
  kFirstExtra,
  kFields = kFirstExtra + 4,
};

class ProgramSource final : public ByteSource {
 public:
  explicit ProgramSource(ChildProcess& program) : program_(program) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = program_.read(buffer);
    bytes_ += count;
    return count;
  }
  std::uint64_t bytes_read() const override { return bytes_; }

 private:
  ChildProcess& program_;
  std::uint64_t bytes_ = 0;
};

using Fields = std::array<std::string_view, kFields>;

bool split(std::string_view line, Fields& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t bar = line.find('|');
    if ((bar == std::string_view::npos) != (i + 1 == fields.size())) {
      return false;
    }
    fields[i] = trim(line.substr(0, bar));
    line.remove_prefix(bar == std::string_view::npos ? line.size() : bar + 1);
  }
  return true;
}

class Reader final : public FlowReader {
 public:
  Reader(std::unique_ptr<ChildProcess> program, SourceInfo info)
      : program_(std::move(program)),
        info_(std::move(info)),
        input_(std::make_unique<ProgramSource>(*program_)) {}

  bool next(FlowBatch& batch) override {
    batch.extras.resize(extra_columns_.size());
    batch.clear();
    std::string_view line;
    while (!ended_ && batch.records.size() < kBatch) {
      if (!input_.line(line)) {
        ended_ = true;
        check_end();
        break;
      }
      append(line, batch);
    }
    return !batch.records.empty();
  }

  const std::vector<std::string>& extra_columns() const override { return extra_columns_; }
  const SourceInfo& info() const override { return info_; }
  const Skips& skips() const override { return skips_; }
  std::uint64_t bytes_read() const override { return input_.source().bytes_read(); }

 private:
  /// nfdump says that there is nothing where nothing is, in place of records.
  void append(std::string_view line, FlowBatch& batch) {
    Fields fields;
    if (line.empty() || line.starts_with("No matching flows")) {
      return;
    }
    ++number_;
    if (!split(line, fields)) {
      skips_.add("line of nfdump that is no record", number_);
      return;
    }
    const FlowRecord record = record_of(fields);
    if (const std::string fault = fault_of(record, values_); !fault.empty()) {
      skips_.add(fault, number_);
      return;
    }
    batch.records.push_back(record);
    batch.lines.push_back(number_);
    for (std::size_t i = 0; i < extra_columns_.size(); ++i) {
      batch.extras[i].append(fields[kFirstExtra + i]);
    }
  }

  FlowRecord record_of(const Fields& fields) {
    constexpr int kSeconds = 9;
    values_.clear();
    const bool icmp = fields[kProtocol] == "1" || fields[kProtocol] == "58";
    flow_csv::Texts texts;
    texts[flow_csv::kSrcIp] = fields[kSource];
    texts[flow_csv::kDstIp] = fields[kDestination];
    texts[flow_csv::kSrcPort] = fields[icmp ? kIcmpType : kSourcePort];
    texts[flow_csv::kDstPort] = fields[icmp ? kIcmpCode : kDestinationPort];
    texts[flow_csv::kProto] = fields[kProtocol];
    texts[flow_csv::kTs] = fields[kStart];
    texts[flow_csv::kTd] = fields[kSpan];
    texts[flow_csv::kPkt] = fields[kPackets];
    texts[flow_csv::kByt] = fields[kBytes];
    return flow_csv::read_record(texts, {kSeconds, kSeconds, false}, values_);
  }

  void check_end() {
    const int code = program_->wait();
    if (code != 0) {
      throw Error(fmt::format("{} cannot be read: nfdump ended with code {}: {}", info_.name, code,
                              program_->complaint()),
                  "Check the file with: nfdump -r FILE, and that it was copied whole.");
    }
    const std::string complaint = program_->complaint();
    if (!complaint.empty()) {
      skips_.add(fmt::format("nfdump says: {:.80}", complaint), number_ + 1);
    }
  }

  std::unique_ptr<ChildProcess> program_;
  SourceInfo info_;
  Buffered input_;
  std::vector<std::string> extra_columns_ = {"opkt", "obyt", "flg", "tos"};
  Values values_;
  Skips skips_;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace

std::vector<std::string> print_arguments() {
  return {"-q", "-N", "-6", "-o", kFormat};
}

std::unique_ptr<FlowReader> reader(std::unique_ptr<ChildProcess> program, SourceInfo info) {
  return std::make_unique<Reader>(std::move(program), std::move(info));
}

}  // namespace tracetwin::nfdump
