#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "netshare/read_run.h"
#include "support/support.h"

namespace tracetwin::netshare::test {

/// A folder with an input, "trace.csv", in which configurations are written and read.
class Folder {
 public:
  Folder() { tracetwin::test::write_file(folder_ / "trace.csv", "srcip\n1\n"); }

  /// "@" in the text stands for the path of the folder.
  void write(std::string_view name, std::string text) const {
    for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
      text.replace(at, 1, folder_.path().string());
    }
    tracetwin::test::write_file(folder_ / name, text);
  }
  RunPlan read(std::string_view name) const { return read_run(folder_ / name); }
  std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }

 private:
  tracetwin::test::TemporaryFolder folder_;
};

inline RunPlan plan_of(const std::string& text, std::string_view name = "run.json") {
  const Folder folder;
  folder.write(name, text);
  return folder.read(name);
}

/// What the reading complains about, behind the name of the file; "accepted" if it does not.
inline std::string refusal(const std::string& text, std::string_view name = "run.json") {
  const Folder folder;
  folder.write(name, text);
  try {
    folder.read(name);
  } catch (const Error& error) {
    const std::string what = error.what();
    const std::string file = (folder / name).string();
    return what.starts_with(file) ? what.substr(what.find_first_not_of(": ", file.size())) : what;
  }
  return "accepted";
}

/// The keys that have a note of the kind.
inline std::vector<std::string> keys_of(const RunPlan& plan, NoteKind kind) {
  std::vector<std::string> keys;
  for (const Note& note : plan.notes) {
    if (note.kind == kind) {
      keys.push_back(note.key);
    }
  }
  return keys;
}

inline std::vector<std::string> names_of(const std::vector<FieldSpec>& fields) {
  std::vector<std::string> names;
  for (const FieldSpec& field : fields) {
    names.push_back(field.name);
  }
  return names;
}

inline std::vector<std::string> names_of(const std::vector<GridPoint>& points) {
  std::vector<std::string> names;
  for (const GridPoint& point : points) {
    names.push_back(point.name);
  }
  return names;
}

}  // namespace tracetwin::netshare::test
