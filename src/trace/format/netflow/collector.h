#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/child_process.h"
#include "trace/address.h"

namespace tracetwin::netflow {

/// An nfcapd that listens on loopback, is sent datagrams, and then has nfdump print what it
/// collected. Nothing is lost on the way: the sender waits whenever datagrams queue up.
class Collector {
 public:
  /// Throws Error when the programs are missing or do not start.
  Collector();
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  /// Each exporter gets a source address of its own on loopback, so that the templates of several
  /// are kept apart. Throws Error when the collector is gone, or there are more than 65,000.
  void send(const IpAddress& exporter, std::span<const std::byte> datagram);
  /// Ends the collecting; the program's output are the records then (nfdump/flows.h). Throws Error
  /// when a datagram was lost after all.
  std::unique_ptr<ChildProcess> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tracetwin::netflow
