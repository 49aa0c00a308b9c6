/// Link headers and what may stand between them and IP. EtherType chains are walked in a loop that
/// takes at least two bytes a turn, so depth is bounded by the frame alone. Layouts: IEEE 802.3 and
/// 802.1Q, RFC 3032 (MPLS), RFC 2516 (PPPoE), RFC 1661/1662 (PPP), RFC 1042 (SNAP), and the
/// LINKTYPE_ pages of tcpdump.org.
#include <algorithm>
#include <array>

#include "trace/decode/ethertypes.h"
#include "trace/decode/layers.h"
#include "trace/io/byte_order.h"

namespace tracetwin::decode {

namespace {

NetworkLayer ip(std::uint8_t version, Bytes bytes) {
  return {DecodeFault::kNone, 0, version, bytes};
}
NetworkLayer not_ip(std::uint16_t ethertype) {
  return {DecodeFault::kNotIp, ethertype, 0, {}};
}
NetworkLayer truncated() {
  return {DecodeFault::kTruncatedLink, 0, 0, {}};
}

/// Passes over `size` bytes whose last two are the type of what follows.
bool enter(Bytes& bytes, std::size_t size, std::uint16_t& type) {
  if (bytes.size() < size) {
    return false;
  }
  type = load_big<std::uint16_t>(bytes.data() + size - 2);
  bytes = bytes.subspan(size);
  return true;
}

/// An MPLS stack does not say what it carries; the first nibble behind it does (RFC 4928).
NetworkLayer behind_labels(Bytes bytes) {
  constexpr std::size_t kLabel = 4;
  bool bottom = false;
  while (!bottom) {
    if (bytes.size() < kLabel) {
      return truncated();
    }
    bottom = (byte_at(bytes, 2) & 1) != 0;
    bytes = bytes.subspan(kLabel);
  }
  if (bytes.empty()) {
    return truncated();
  }
  const int nibble = byte_at(bytes, 0) >> 4;
  return nibble == 4 || nibble == 6 ? ip(0, bytes) : not_ip(kEtherMpls);
}

/// A PPP frame from its protocol field on, which is one byte when its low bit is set.
/// `otherwise` is reported as the EtherType when it carries no IP; 0 for the protocol itself.
NetworkLayer behind_ppp(Bytes bytes, std::uint16_t otherwise) {
  if (bytes.empty()) {
    return truncated();
  }
  std::uint16_t protocol = byte_at(bytes, 0);
  if ((protocol & 1) != 0) {
    bytes = bytes.subspan(1);
  } else if (!enter(bytes, 2, protocol)) {
    return truncated();
  }
  switch (protocol) {
    case 0x0021:
      return ip(4, bytes);
    case 0x0057:
      return ip(6, bytes);
    case 0x0281:
    case 0x0283:
      return behind_labels(bytes);
    default:
      return not_ip(otherwise != 0 ? otherwise : protocol);
  }
}

NetworkLayer behind_pppoe(Bytes bytes, std::uint16_t otherwise) {
  constexpr std::size_t kHeader = 6;
  return bytes.size() < kHeader ? truncated() : behind_ppp(bytes.subspan(kHeader), otherwise);
}

/// An 802.2 header. True when it ends in an EtherType to go on with (SNAP of OUI 0), else `end`
/// tells what was found.
bool behind_llc(Bytes& bytes, std::uint16_t& type, NetworkLayer& end) {
  constexpr std::size_t kLlc = 3;
  constexpr std::size_t kSnap = 8;
  if (bytes.size() < kLlc) {
    end = truncated();
    return false;
  }
  if (byte_at(bytes, 0) == 0x06 && byte_at(bytes, 2) == 0x03) {
    end = ip(4, bytes.subspan(kLlc));
    return false;
  }
  if (byte_at(bytes, 0) != 0xaa || byte_at(bytes, 2) != 0x03) {
    end = not_ip(0);
    return false;
  }
  if (bytes.size() < kSnap) {
    end = truncated();
    return false;
  }
  const std::uint32_t organisation = load_big<std::uint32_t>(bytes.data() + 2) & 0xffffff;
  enter(bytes, kSnap, type);
  end = not_ip(0);
  return organisation == 0;
}

/// How many bytes a tag takes up to and with the EtherType behind it; 0 when `type` is no tag.
std::size_t tag_size(std::uint16_t type) {
  switch (type) {
    case kEtherVlan:
    case kEtherQinQ:
    case 0x9100:
    case 0x9200:
    case 0x9300:
      return 4;
    case kEtherVnTag:
      return 6;
    case kEtherETag:
      return 8;
    default:
      return 0;
  }
}

NetworkLayer behind_ethertype(std::uint16_t type, Bytes bytes) {
  for (;;) {
    if (type == kEtherIpv4) {
      return ip(4, bytes);
    }
    if (type == kEtherIpv6) {
      return ip(6, bytes);
    }
    if (type == kEtherMpls || type == kEtherMplsUpstream) {
      return behind_labels(bytes);
    }
    if (type == kEtherPppoe) {
      return behind_pppoe(bytes, kEtherPppoe);
    }
    if (type <= kLongest802_3) {
      NetworkLayer end;
      if (!behind_llc(bytes, type, end)) {
        return end;
      }
      if (type <= kLongest802_3) {
        return not_ip(type);
      }
      continue;
    }
    const std::size_t tag = tag_size(type);
    if (tag == 0) {
      return not_ip(type);
    }
    if (!enter(bytes, tag, type)) {
      return truncated();
    }
  }
}

/// `header` bytes, the last two of which are an EtherType or an 802.3 length.
NetworkLayer behind_header(Bytes bytes, std::size_t header) {
  std::uint16_t type = 0;
  return enter(bytes, header, type) ? behind_ethertype(type, bytes) : truncated();
}

/// Address families differ among systems, byte orders among hosts; no family exceeds 255. Some
/// systems put an EtherType into the last two bytes.
NetworkLayer behind_loopback(Bytes bytes) {
  constexpr std::size_t kFamily = 4;
  if (bytes.size() < kFamily) {
    return truncated();
  }
  const std::uint32_t big = load_big<std::uint32_t>(bytes.data());
  const std::uint32_t family = std::min(big, byte_order::swapped(big));
  constexpr std::array kIpv6Families = {10U, 24U, 28U, 30U};
  const std::uint32_t type = big & 0xffff;
  if (family == 2 || type == kEtherIpv4) {
    return ip(4, bytes.subspan(kFamily));
  }
  const bool v6 =
      std::find(kIpv6Families.begin(), kIpv6Families.end(), family) != kIpv6Families.end();
  return v6 || type == kEtherIpv6 ? ip(6, bytes.subspan(kFamily)) : not_ip(0);
}

/// PPP with or without the address and control bytes of HDLC-like framing; Cisco HDLC, which
/// shares LINKTYPE_PPP_HDLC, has an EtherType in place of the protocol.
NetworkLayer behind_hdlc(Bytes bytes) {
  if (bytes.size() < 2) {
    return truncated();
  }
  const std::uint16_t front = load_big<std::uint16_t>(bytes.data());
  if (front == 0xff03) {
    return behind_ppp(bytes.subspan(2), 0);
  }
  if (front == 0x0f00 || front == 0x8f00) {
    return behind_header(bytes, 4);
  }
  return behind_ppp(bytes, 0);
}

/// Linux cooked headers of `header` bytes with the protocol at `at`. Below the EtherTypes stand
/// Linux's own numbers, of which only 802.2 (4) can carry IP.
NetworkLayer behind_cooked(Bytes bytes, std::size_t header, std::size_t at) {
  constexpr std::uint16_t kLlcFrame = 4;
  if (bytes.size() < header) {
    return truncated();
  }
  const std::uint16_t type = load_big<std::uint16_t>(&bytes[at]);
  const bool known = type > kLongest802_3 || type == kLlcFrame;
  return known ? behind_ethertype(type, bytes.subspan(header)) : not_ip(type);
}

}  // namespace

NetworkLayer network_layer(LinkType link, Bytes frame) {
  switch (link) {
    case LinkType::kEthernet:
      return behind_header(frame, 14);
    case LinkType::kNull:
    case LinkType::kLoop:
      return behind_loopback(frame);
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
      return behind_hdlc(frame);
    case LinkType::kPppEther:
      return behind_pppoe(frame, 0);
    case LinkType::kRaw:
      return ip(0, frame);
    case LinkType::kIpv4:
      return ip(4, frame);
    case LinkType::kIpv6:
      return ip(6, frame);
    case LinkType::kLinuxSll:
      return behind_cooked(frame, 16, 14);
    case LinkType::kLinuxSll2:
      return behind_cooked(frame, 20, 0);
  }
  return {DecodeFault::kUnknownLink, 0, 0, {}};
}

}  // namespace tracetwin::decode
