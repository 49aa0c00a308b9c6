#include "encode/address_kind.h"

namespace tracetwin {
namespace {

AddressKind kind_of_v4(std::uint32_t address) {
  if (address == 0) {
    return AddressKind::kUnspecified;
  }
  if (address >> 28 == 0xe || address == 0xffffffff) {
    return AddressKind::kGroup;
  }
  return address >> 16 == 0xa9fe ? AddressKind::kLinkLocal : AddressKind::kHost;
}

}  // namespace

AddressKind kind_of(const IpAddress& address) {
  if (address.is_v4()) {
    return kind_of_v4(address.v4_bits());
  }
  if (address.high == 0 && address.low == 0) {
    return AddressKind::kUnspecified;
  }
  if (address.high >> 56 == 0xff) {
    return AddressKind::kGroup;
  }
  return address.high >> 54 == 0xfe80 >> 6 ? AddressKind::kLinkLocal : AddressKind::kHost;
}

bool may_send(AddressKind from, AddressKind to, std::uint8_t proto) {
  if (from == AddressKind::kGroup || to == AddressKind::kUnspecified) {
    return false;
  }
  if (from == AddressKind::kUnspecified) {
    return proto != kTcp;
  }
  if (to == AddressKind::kGroup) {
    return proto != kTcp;
  }
  return from == to || proto == kIcmpV6;
}

bool is_possible_pair(const IpAddress& from, const IpAddress& to, std::uint8_t proto) {
  return from.is_v4() == to.is_v4() && may_send(kind_of(from), kind_of(to), proto);
}

}  // namespace tracetwin
