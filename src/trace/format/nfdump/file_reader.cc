// nfdump wants a file that it can seek in, and ours may be packed, a stream or an object: it is
// copied into an unnamed temporary file, which the program is given open.
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/child_process.h"
#include "base/error.h"
#include "base/spill.h"
#include "trace/format/nfdump/flows.h"
#include "trace/format/rows.h"

namespace tracetwin {
namespace {

class UnnamedFile {
 public:
  UnnamedFile() : descriptor_(open_unnamed()) {}
  ~UnnamedFile() { ::close(descriptor_); }
  UnnamedFile(const UnnamedFile&) = delete;
  UnnamedFile& operator=(const UnnamedFile&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) {
        throw system_error("write", "a temporary file",
                           "Free some space, or set TMPDIR to a folder that has it.");
      }
      bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

bool sniff_nfdump(std::string_view head) {
  return head.starts_with("\x0c\xa5");
}

AnyReader open_nfdump_reader(Buffered input, SourceInfo info) {
  UnnamedFile copy;
  for (auto part = input.available(); !part.empty(); part = input.available()) {
    copy.write(part);
    input.consume(part.size());
  }
  if (const auto damage = input.source().damage(); !damage.empty()) {
    throw Error(fmt::format("{} is damaged: {}", info.name, damage),
                "Check that the file was copied whole.");
  }
  ChildProcess::Command command = {
      {"nfdump", "-r", "/dev/fd/3"}, {{"TZ", "UTC"}}, copy.descriptor()};
  const auto print = nfdump::print_arguments();
  command.words.insert(command.words.end(), print.begin(), print.end());
  return nfdump::reader(std::make_unique<ChildProcess>(command, nfdump::kInstall), std::move(info));
}

}  // namespace tracetwin
