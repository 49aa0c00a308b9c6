// NetFlow 5 (Cisco): a header of 24 bytes and up to 30 records of 48. NetFlow 9 (RFC 3954): a
// header of 20 bytes, then sets of records of one template each, the templates themselves being
// such a set. Times are ms since the exporter's start, which the header tells. Templates are
// repeated, since a collector may have missed them.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <memory>
#include <optional>

#include "base/error.h"
#include "trace/format/netflow/datagram.h"
#include "trace/format/rows.h"

namespace tracetwin {
namespace {

using netflow::Clocks;
using netflow::DatagramWriter;
using netflow::Gathering;
using netflow::icmp_of;
using netflow::Packed;
using netflow::Span;
using netflow::span_of;

constexpr std::int64_t kSecondInMs = 1000;
constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

[[noreturn]] void refuse(std::uint64_t number, const std::string& why, const char* remedy) {
  throw Error(fmt::format("record {} cannot be written as NetFlow: {}", number, why), remedy);
}

/// What both versions have in common: records are gathered into datagrams.
class NetflowWriter : public FlowWriter {
 public:
  explicit NetflowWriter(ByteSink& sink) : capture_(sink) {}

  void write(const FlowBatch& batch) override {
    for (const FlowRecord& record : batch.records) {
      ++number_;
      check(record);
      const Span span = span_of(record);
      if (is_full() || !gathered_.fits(span)) {
        send();
      }
      if (!gathered_.fits(span)) {
        refuse(number_, "it lasts longer than 49 days", "Leave such records out (--select).");
      }
      gathered_.add(span);
      records_.push_back(record);
    }
  }

  void finish() override {
    send();
    capture_.finish();
  }

 protected:
  virtual void check(const FlowRecord& record) const = 0;
  virtual bool is_full() const = 0;
  virtual void pack(const Clocks& clocks, Packed& datagram) = 0;

  std::vector<FlowRecord> records_;
  std::uint64_t number_ = 0;

 private:
  void send() {
    if (records_.empty()) {
      return;
    }
    const Clocks clocks = gathered_.clocks();
    if (clocks.sent_ms / kSecondInMs > static_cast<std::int64_t>(kMost32)) {
      refuse(number_, "it ends behind 2106", "Shift the times of the trace.");
    }
    Packed datagram;
    pack(clocks, datagram);
    capture_.write(datagram.bytes(), clocks.sent_ms);
    records_.clear();
    gathered_.clear();
  }

  DatagramWriter capture_;
  Gathering gathered_;
};

class Version5 final : public NetflowWriter {
 public:
  using NetflowWriter::NetflowWriter;

 private:
  static constexpr std::size_t kMost = 30;
  static constexpr const char* kRemedy = "Write netflow-v9.";

  void check(const FlowRecord& record) const override {
    if (!record.tuple.src.is_v4() || !record.tuple.dst.is_v4()) {
      refuse(number_, "version 5 has IPv4 addresses only", kRemedy);
    }
    if (record.packets > kMost32 || record.bytes > kMost32) {
      refuse(number_, "counters of version 5 have 32 bits", kRemedy);
    }
  }

  bool is_full() const override { return records_.size() == kMost; }

  void pack(const Clocks& clocks, Packed& datagram) override {
    datagram.add(std::uint16_t{5});
    datagram.add(static_cast<std::uint16_t>(records_.size()));
    datagram.add(clocks.since_boot(clocks.sent_ms));
    datagram.add(static_cast<std::uint32_t>(clocks.sent_ms / kSecondInMs));
    datagram.add(std::uint32_t{0});
    datagram.add(static_cast<std::uint32_t>(sent_));
    datagram.add(std::uint32_t{0});  // engine, sampling
    for (const FlowRecord& record : records_) {
      add(record, clocks, datagram);
    }
    sent_ += records_.size();
  }

  static void add(const FlowRecord& record, const Clocks& clocks, Packed& datagram) {
    const FiveTuple& tuple = record.tuple;
    const Span span = span_of(record);
    const std::uint16_t icmp = icmp_of(tuple);
    datagram.add_address(tuple.src);
    datagram.add_address(tuple.dst);
    datagram.add(std::uint64_t{0});  // next hop, interfaces
    datagram.add(static_cast<std::uint32_t>(record.packets));
    datagram.add(static_cast<std::uint32_t>(record.bytes));
    datagram.add(clocks.since_boot(span.first_ms));
    datagram.add(clocks.since_boot(span.last_ms));
    const bool is_icmp = tuple.proto == kIcmp || tuple.proto == kIcmpV6;
    datagram.add(is_icmp ? std::uint16_t{0} : tuple.srcport);
    datagram.add(is_icmp ? icmp : tuple.dstport);
    datagram.add(std::uint16_t{0});  // padding, TCP flags
    datagram.add(tuple.proto);
    datagram.add(std::uint8_t{0});   // TOS
    datagram.add(std::uint64_t{0});  // autonomous systems, masks, padding
  }

  std::uint64_t sent_ = 0;
};

struct TemplateField {
  std::uint16_t type;
  std::uint16_t size;
};

constexpr std::size_t kFields = 10;
using Template = std::array<TemplateField, kFields>;

/// Addresses, ports, protocol, first and last switched, bytes, packets, ICMP type and code.
constexpr Template kV4 = {
    {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {22, 4}, {21, 4}, {1, 8}, {2, 8}, {32, 2}}};
constexpr Template kV6 = {
    {{27, 16}, {28, 16}, {7, 2}, {11, 2}, {4, 1}, {22, 4}, {21, 4}, {1, 8}, {2, 8}, {32, 2}}};
constexpr std::uint16_t kTemplates = 0;  ///< the set that templates are in
constexpr std::uint16_t kV4Set = 256;
constexpr std::uint16_t kV6Set = 257;

class Version9 final : public NetflowWriter {
 public:
  using NetflowWriter::NetflowWriter;

 private:
  static constexpr std::size_t kMost = 16;  ///< of IPv6 1,072 bytes with headers and templates
  static constexpr std::uint32_t kBetweenTemplates = 16;

  void check(const FlowRecord& record) const override {
    if (record.tuple.src.is_v4() != record.tuple.dst.is_v4()) {
      refuse(number_, "one of its addresses is of IPv4, the other of IPv6",
             "Leave such records out (--select).");
    }
  }

  bool is_full() const override { return records_.size() == kMost; }

  void pack(const Clocks& clocks, Packed& datagram) override {
    const bool templates = sent_ % kBetweenTemplates == 0;
    datagram.add(std::uint16_t{9});
    datagram.add(static_cast<std::uint16_t>(records_.size() + (templates ? 2 : 0)));
    datagram.add(clocks.since_boot(clocks.sent_ms));
    datagram.add(static_cast<std::uint32_t>(clocks.sent_ms / kSecondInMs));
    datagram.add(sent_++);
    datagram.add(std::uint32_t{1});  // source
    if (templates) {
      add_templates(datagram);
    }
    for (std::size_t begin = 0; begin < records_.size();) {
      begin = add_set(begin, clocks, datagram);
    }
  }

  static void add_templates(Packed& datagram) {
    const std::size_t at = open_set(kTemplates, datagram);
    for (const auto& [id, fields] : {std::pair{kV4Set, &kV4}, std::pair{kV6Set, &kV6}}) {
      datagram.add(id);
      datagram.add(static_cast<std::uint16_t>(kFields));
      for (const TemplateField& field : *fields) {
        datagram.add(field.type);
        datagram.add(field.size);
      }
    }
    close_set(at, datagram);
  }

  static std::size_t open_set(std::uint16_t id, Packed& datagram) {
    const std::size_t at = datagram.size();
    datagram.add(id);
    datagram.add(std::uint16_t{0});
    return at;
  }

  /// Sets are padded to 32 bits.
  static void close_set(std::size_t at, Packed& datagram) {
    while ((datagram.size() - at) % 4 != 0) {
      datagram.add(std::uint8_t{0});
    }
    datagram.set(at + 2, static_cast<std::uint16_t>(datagram.size() - at));
  }

  /// Records from `begin` on as long as they are of one family; where the next set begins.
  std::size_t add_set(std::size_t begin, const Clocks& clocks, Packed& datagram) const {
    const bool v4 = records_[begin].tuple.src.is_v4();
    const std::size_t at = open_set(v4 ? kV4Set : kV6Set, datagram);
    std::size_t i = begin;
    for (; i < records_.size() && records_[i].tuple.src.is_v4() == v4; ++i) {
      add(records_[i], clocks, datagram);
    }
    close_set(at, datagram);
    return i;
  }

  static void add(const FlowRecord& record, const Clocks& clocks, Packed& datagram) {
    const FiveTuple& tuple = record.tuple;
    const Span span = span_of(record);
    const bool is_icmp = tuple.proto == kIcmp || tuple.proto == kIcmpV6;
    datagram.add_address(tuple.src);
    datagram.add_address(tuple.dst);
    datagram.add(is_icmp ? std::uint16_t{0} : tuple.srcport);
    datagram.add(is_icmp ? icmp_of(tuple) : tuple.dstport);
    datagram.add(tuple.proto);
    datagram.add(clocks.since_boot(span.first_ms));
    datagram.add(clocks.since_boot(span.last_ms));
    datagram.add(record.bytes);
    datagram.add(record.packets);
    datagram.add(icmp_of(tuple));
  }

  std::uint32_t sent_ = 0;
};

}  // namespace

AnyWriter open_netflow_v5_writer(ByteSink& sink, const WriterOptions& /*options*/) {
  return std::make_unique<Version5>(sink);
}

AnyWriter open_netflow_v9_writer(ByteSink& sink, const WriterOptions& /*options*/) {
  return std::make_unique<Version9>(sink);
}

}  // namespace tracetwin
