#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tracetwin {

/// Names files of a folder: a suffix such as ".pcap.gz", or a shell pattern such as "*.pcap",
/// against the file's name, or if it has a '/' against its path below the folder (where "*" stands
/// for anything but '/').
using FilePattern = std::string;

/// Whether a place stands for all files in it: a folder, or a prefix of S3 objects.
bool is_many(const std::string& place);

/// The files that a place stands for, in order of their names:
///   - of a folder, all in it and its folders that fit one of `patterns` (if there are any), hidden
///     ones (".name") aside;
///   - of s3://bucket/name, that object if there is one, else likewise all objects whose names
///     begin with that;
///   - else itself: a file, or "-" for standard input.
/// Throws Error when there is none, and when a folder cannot be read.
std::vector<std::filesystem::path> files_at(const std::string& place,
                                            std::span<const FilePattern> patterns);

}  // namespace tracetwin
