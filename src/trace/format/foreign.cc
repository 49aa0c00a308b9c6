#include "trace/format/foreign.h"

#include <array>

namespace tracetwin {
namespace {

using std::string_view_literals::operator""sv;

struct Magic {
  std::string_view bytes;
  std::string_view kind;
  std::string_view remedy;
};

constexpr std::string_view kUnpack = "Unpack it and name the file inside.";
constexpr std::string_view kAsPcap = "Convert it with: editcap -F pcap IN OUT.pcap";
constexpr std::string_view kAsCsv = "Write it as CSV with: nfdump -r IN -o csv";
constexpr std::string_view kAsUtf8 = "Convert it with: iconv -t UTF-8 -f UTF-16 IN";

constexpr std::array kMagics = {
    Magic{"\x1f\x8b"sv, "gzip data inside compressed data", kUnpack},
    Magic{"\x28\xb5\x2f\xfd"sv, "zstd data inside compressed data", kUnpack},
    Magic{"\xfd"
          "7zXZ"sv,
          "xz data", kUnpack},
    Magic{"BZh"sv, "bzip2 data", kUnpack},
    Magic{"PK\x03\x04"sv, "a zip archive", kUnpack},
    Magic{"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive", kUnpack},
    Magic{"\x04\x22\x4d\x18"sv, "lz4 data", kUnpack},
    Magic{"snoop\0\0\0"sv, "a snoop capture", kAsPcap},
    Magic{"XCP\0"sv, "a Network Associates capture", kAsPcap},
    Magic{"GMBU"sv, "a Network Monitor capture", kAsPcap},
    Magic{"\x54\x52\x00\x64\x00\x01"sv, "a Network General capture", kAsPcap},
    Magic{"\xa5\x0c"sv, "an nfdump file of a machine with the other byte order", kAsCsv},
    Magic{"\x7f"
          "ELF"sv,
          "a program", ""},
    Magic{"\x89PNG"sv, "a PNG image", ""},
    Magic{"%PDF"sv, "a PDF document", ""},
    Magic{"PAR1"sv, "a Parquet table", "Export it as CSV."},
    Magic{"SQLite format 3"sv, "an SQLite database", "Export the table as CSV."},
    Magic{"\x89HDF"sv, "an HDF5 file", "Export the table as CSV."},
    Magic{"\xff\xfe"sv, "UTF-16 text", kAsUtf8},
    Magic{"\xfe\xff"sv, "UTF-16 text", kAsUtf8},
    Magic{"<"sv, "XML or HTML text", ""},
    Magic{"["sv, "a JSON array", "Write one object a line with: jq -c '.[]' IN"},
    Magic{"{"sv, "JSON without the fields of flow records",
          "Say where they are: --column srcip=PATH --column dstip=PATH … (docs/formats.md)"},
};

const Magic* find_magic(std::string_view head) {
  for (const auto& magic : kMagics) {
    if (head.starts_with(magic.bytes)) {
      return &magic;
    }
  }
  return nullptr;
}

}  // namespace

std::string_view foreign_kind(std::string_view head) {
  const Magic* magic = find_magic(head);
  return magic == nullptr ? std::string_view() : magic->kind;
}

std::string_view foreign_remedy(std::string_view head) {
  const Magic* magic = find_magic(head);
  return magic == nullptr ? std::string_view() : magic->remedy;
}

}  // namespace tracetwin
