#pragma once

#include <cstdint>

/// EtherTypes (IANA "IEEE 802 Numbers") that decoding or its messages name.
namespace tracetwin::decode {

constexpr std::uint16_t kLongest802_3 = 1500;  ///< up to here the field is a length
constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherArp = 0x0806;
constexpr std::uint16_t kEtherVlan = 0x8100;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherMpls = 0x8847;
constexpr std::uint16_t kEtherMplsUpstream = 0x8848;
constexpr std::uint16_t kEtherPppoeDiscovery = 0x8863;
constexpr std::uint16_t kEtherPppoe = 0x8864;
constexpr std::uint16_t kEtherQinQ = 0x88a8;
constexpr std::uint16_t kEtherVnTag = 0x8926;
constexpr std::uint16_t kEtherETag = 0x893f;

}  // namespace tracetwin::decode
