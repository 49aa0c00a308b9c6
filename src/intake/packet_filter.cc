// A filter is compiled as for a file of the frames' link type: libpcap is given a pcap header that
// says so, in memory. That makes it translate link types as it does for files, and look for all
// numbers that BSD systems have for IPv6 in a loopback header (the family there is in the byte
// order of the capturing host, so such frames have two programs).
#include "intake/packet_filter.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <array>
#include <bit>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

#include "base/error.h"
#include "trace/io/byte_order.h"

namespace tracetwin {
namespace {

constexpr std::uint32_t kMagic = 0xa1b2c3d4;
constexpr std::uint32_t kSnapLength = 262144;
constexpr std::size_t kFileHeader = 24;

std::array<std::byte, kFileHeader> file_header(LinkType link, std::endian order) {
  std::array<std::byte, kFileHeader> header = {};
  store(header.data(), kMagic, order);
  store(header.data() + 4, std::uint16_t{2}, order);
  store(header.data() + 6, std::uint16_t{4}, order);
  store(header.data() + 16, kSnapLength, order);
  store(header.data() + 20, static_cast<std::uint32_t>(link), order);
  return header;
}

/// The order of the loopback header's family, which is below 256.
std::endian order_of(const Frame& frame) {
  const bool big =
      frame.link == LinkType::kNull && frame.bytes.size() >= 4 && frame.bytes[0] == std::byte{0};
  return big ? std::endian::big : std::endian::little;
}

class Program {
 public:
  Program(const std::string& text, LinkType link, std::endian order) {
    auto header = file_header(link, order);
    std::array<char, PCAP_ERRBUF_SIZE> words = {};
    std::FILE* file = ::fmemopen(header.data(), header.size(), "rb");
    pcap_t* capture = file == nullptr ? nullptr : ::pcap_fopen_offline(file, words.data());
    if (capture == nullptr) {
      throw Error(fmt::format("libpcap cannot make packet filters: {}", words.data()));
    }
    const bool failed =
        ::pcap_compile(capture, &program_, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0;
    const std::string why = failed ? ::pcap_geterr(capture) : "";
    ::pcap_close(capture);
    rejects_all_ = why.find("rejects all packets") != std::string::npos;
    if (failed && !rejects_all_) {
      throw Error(fmt::format("the packet filter \"{}\" cannot be used for link type {}: {}", text,
                              static_cast<std::uint32_t>(link), why),
                  "Filters are such as 'tcp port 443' or 'net 10.0.0.0/8 and not arp' (see: man "
                  "pcap-filter).");
    }
  }
  ~Program() { ::pcap_freecode(&program_); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool passes(const Frame& frame) const {
    if (rejects_all_) {
      return false;
    }
    pcap_pkthdr header = {};
    header.caplen = static_cast<bpf_u_int32>(frame.bytes.size());
    header.len = frame.original_length;
    return ::pcap_offline_filter(&program_, &header,
                                 reinterpret_cast<const u_char*>(frame.bytes.data())) != 0;
  }

 private:
  bpf_program program_ = {};
  bool rejects_all_ = false;  ///< libpcap refuses to compile what no such frame passes
};

}  // namespace

class PacketFilter::Programs {
 public:
  explicit Programs(std::string text) : text_(std::move(text)) {}

  const Program& of(LinkType link, std::endian order) {
    return all_.try_emplace({link, order}, text_, link, order).first->second;
  }

 private:
  std::string text_;
  std::map<std::pair<LinkType, std::endian>, Program> all_;
};

PacketFilter::PacketFilter(std::string text)
    : programs_(std::make_unique<Programs>(std::move(text))) {}

PacketFilter::~PacketFilter() = default;

void PacketFilter::prepare(LinkType link) {
  programs_->of(link, std::endian::little);
}

bool PacketFilter::passes(const Frame& frame) {
  return programs_->of(frame.link, order_of(frame)).passes(frame);
}

}  // namespace tracetwin
