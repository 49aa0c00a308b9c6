#include "pipeline/archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <bit>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace tracetwin {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are stored little-endian");

constexpr zip_uint64_t kMostBytes = zip_uint64_t{4} << 30;
constexpr std::size_t kChunk = 1 << 16;

struct SourceClose {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
struct ArchiveDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct MemberClose {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Source = std::unique_ptr<zip_source_t, SourceClose>;
using Archive = std::unique_ptr<zip_t, ArchiveDiscard>;
using Member = std::unique_ptr<zip_file_t, MemberClose>;

[[noreturn]] void fail_packing(const char* what) {
  throw Error(fmt::format("cannot pack the model: {}", what));
}

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
  throw Error(fmt::format("{} is not a sound model file: {}", name, why),
              "Train the model again, or copy the file again.");
}

/// Members of a zip have a date; a fixed one (1 January 1980) keeps equal models equal.
void add_member(zip_t* archive, const std::string& name, const std::string& content) {
  zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
  if (source == nullptr) {
    fail_packing(zip_strerror(archive));
  }
  const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail_packing(zip_strerror(archive));
  }
  constexpr zip_uint16_t kFirstDay = (1 << 5) | 1;
  zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), 0, kFirstDay, 0);
}

std::string read_source(zip_source_t* source) {
  zip_stat_t stat;
  if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0) {
    fail_packing("its bytes cannot be read back");
  }
  std::string bytes(stat.size, '\0');
  const zip_int64_t got = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (got != static_cast<zip_int64_t>(bytes.size())) {
    fail_packing("its bytes cannot be read back");
  }
  return bytes;
}

std::string read_member(zip_t* archive, const std::string& name, zip_uint64_t index,
                        const zip_stat_t& stat) {
  const Member member(zip_fopen_index(archive, index, 0));
  std::string content;
  std::vector<char> chunk(kChunk);
  zip_int64_t got = -1;
  while (member && content.size() <= stat.size &&
         (got = zip_fread(member.get(), chunk.data(), chunk.size())) > 0) {
    content.append(chunk.data(), static_cast<std::size_t>(got));
  }
  if (got < 0 && member && content.size() == stat.size) {  // checked when the end is reached
    refuse(name, fmt::format("member {} does not match its checksum", stat.name));
  }
  if (got != 0 || content.size() != stat.size) {
    refuse(name, fmt::format("member {} is damaged", stat.name));
  }
  return content;
}

/// What every archive begins with, and a trace does not.
constexpr std::string_view kBegin = "PK";

/// Opens an archive in memory, which has to stay as long as it is used.
Archive open_archive(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(kBegin)) {
    throw Error(fmt::format("{} is no model file", name),
                "Give a file that tracetwin train wrote, such as flows.twin, or the name of a "
                "shipped model (tracetwin list models).");
  }
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  Archive archive(source == nullptr
                      ? nullptr
                      : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (!archive) {
    zip_source_free(source);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    refuse(name, why);
  }
  return archive;
}

}  // namespace

std::string pack(const Members& members) {
  zip_error_t error;
  zip_error_init(&error);
  const Source source(zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!source) {
    fail_packing(zip_error_strerror(&error));
  }
  zip_source_keep(source.get());
  Archive archive(zip_open_from_source(source.get(), ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!archive) {
    zip_source_free(source.get());
    fail_packing(zip_error_strerror(&error));
  }
  for (const auto& [name, content] : members) {
    add_member(archive.get(), name, content);
  }
  if (zip_close(archive.get()) != 0) {
    fail_packing(zip_strerror(archive.get()));
  }
  static_cast<void>(archive.release());
  return read_source(source.get());
}

Members unpack(std::string_view archive_bytes, const std::string& name) {
  const Archive archive = open_archive(archive_bytes, name);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE;
  Members members;
  zip_uint64_t total = 0;
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    zip_stat_t stat;
    const auto index = static_cast<zip_uint64_t>(i);
    if (zip_stat_index(archive.get(), index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded ||
        stat.size > kMostBytes || (total += stat.size) > kMostBytes) {
      refuse(name, "its directory is damaged");
    }
    members[stat.name] = read_member(archive.get(), name, index, stat);
  }
  return members;
}

std::string bytes_of(const std::vector<double>& values) {
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<double> doubles_of(const std::string& bytes, const std::string& name) {
  if (bytes.size() % sizeof(double) != 0) {
    throw Error(fmt::format("array {} of the model has {} bytes, which is no multiple of 8", name,
                            bytes.size()));
  }
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace tracetwin
