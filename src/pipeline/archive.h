#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tracetwin {

/// Named members of a zip archive, in memory.
using Members = std::map<std::string, std::string>;

/// The archive's bytes (deflated, dates fixed, so equal members give equal bytes). Throws Error.
std::string pack(const Members& members);

/// The members of an archive, each checked against its CRC-32. Throws Error naming `name`, the
/// file's, when it is not an archive, is damaged or unpacks to more than 4 GB. Memory grows with
/// what is really there, whatever the directory says.
Members unpack(std::string_view archive, const std::string& name);

/// Little-endian float64, and back; throws Error on a size that is no multiple of 8.
std::string bytes_of(const std::vector<double>& values);
std::vector<double> doubles_of(const std::string& bytes, const std::string& name);

}  // namespace tracetwin
