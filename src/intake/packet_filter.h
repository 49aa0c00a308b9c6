#pragma once

#include <memory>
#include <string>

#include "trace/frame.h"

namespace tracetwin {

/// A filter in the language of libpcap (man pcap-filter), compiled by it once for each link type
/// that frames have, and run on their bytes.
class PacketFilter {
 public:
  explicit PacketFilter(std::string text);
  ~PacketFilter();
  PacketFilter(const PacketFilter&) = delete;
  PacketFilter& operator=(const PacketFilter&) = delete;

  /// Compiles for frames of `link`. Throws Error with libpcap's words when the text is no filter,
  /// or asks for what such frames cannot have.
  void prepare(LinkType link);
  /// Whether the filter lets `frame` pass. Throws what prepare() throws.
  bool passes(const Frame& frame);

 private:
  class Programs;
  std::unique_ptr<Programs> programs_;
};

}  // namespace tracetwin
