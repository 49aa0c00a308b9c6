#pragma once

#include <cstdint>
#include <span>

namespace tracetwin {

/// Ports that services in wide use listen on, ascending: public knowledge (registered ones and
/// those by custom).
std::span<const std::uint16_t> known_ports();
bool is_known_port(std::uint64_t port);

}  // namespace tracetwin
