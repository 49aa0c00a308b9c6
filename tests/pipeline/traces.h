#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tracetwin::test {

/// Writes a labelled flow log of `rows` records with plain structure: label "scan" goes with TCP
/// port 22 and single packets, "web" with 443, "dns" with UDP 53; `canary` is appended as it is.
void write_flow_log(const std::filesystem::path& path, int rows, std::uint64_t seed,
                    const std::string& canary = {});

/// Writes a packet CSV of `conversations` small TCP and UDP conversations.
void write_packet_log(const std::filesystem::path& path, int conversations, std::uint64_t seed);

}  // namespace tracetwin::test
