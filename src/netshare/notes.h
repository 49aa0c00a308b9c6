#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "netshare/run_plan.h"

namespace tracetwin::netshare {

/// Collects what is to be told, once each: grid points have the same keys.
class Notes {
 public:
  void ignored(const std::string& key, const std::string& why) {
    add({NoteKind::kIgnored, key, why});
  }
  void translated(const std::string& key, const std::string& how) {
    add({NoteKind::kTranslated, key, how});
  }
  void unknown(const std::string& key, const std::string& what) {
    add({NoteKind::kUnknown, key, what});
  }
  void remark(const std::string& key, const std::string& what) {
    add({NoteKind::kRemark, key, what});
  }
  std::vector<Note> take() { return std::move(notes_); }

 private:
  void add(Note note) {
    const bool known = std::any_of(notes_.begin(), notes_.end(), [&](const Note& other) {
      return other.key == note.key && other.text == note.text;
    });
    if (!known) {
      notes_.push_back(std::move(note));
    }
  }

  std::vector<Note> notes_;
};

}  // namespace tracetwin::netshare
