// The line is read event by event, since only the events give numbers as they are written: a time
// such as 1664462456.755299 has more digits than a double keeps.
#include "trace/format/zeek_json/flatten.h"

#include <nlohmann/json.hpp>

namespace tracetwin::zeek {
namespace {

using Json = nlohmann::json;

/// Receives the events; a member that returns false ends the reading.
class Flattener {
 public:
  explicit Flattener(FlatObject& object) : object_(object) {}

  bool null() { return add("-"); }
  bool boolean(bool value) { return add(value ? "T" : "F"); }
  bool number_integer(Json::number_integer_t value) { return add(std::to_string(value)); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(std::to_string(value)); }
  bool number_float(Json::number_float_t, const std::string& text) { return add(text); }
  bool string(const std::string& value) { return add(value.empty() ? "(empty)" : value); }
  bool binary(const Json::binary_t&) { return false; }

  bool start_object(std::size_t) {
    bases_.push_back(path_.size());
    return bases_.size() <= kDeepest;
  }
  bool key(const std::string& name) {
    if (arrays_ > 0) {
      return true;
    }
    path_.resize(bases_.back());
    path_ += path_.empty() ? "" : ".";
    path_ += name;
    return true;
  }
  bool end_object() {
    path_.resize(bases_.back());
    bases_.pop_back();
    return true;
  }
  bool start_array(std::size_t) {
    if (bases_.empty() || arrays_ == kDeepest) {
      return false;
    }
    if (arrays_++ == 0) {
      object_.emplace_back(path_, "");
      first_ = true;
    }
    return true;
  }
  bool end_array() {
    if (--arrays_ == 0 && first_) {
      object_.back().second = "(empty)";
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

 private:
  static constexpr std::size_t kDeepest = 8;

  bool add(const std::string& text) {
    if (bases_.empty()) {
      return false;
    }
    if (arrays_ == 0) {
      object_.emplace_back(path_, text);
      return true;
    }
    object_.back().second += first_ ? "" : ",";
    object_.back().second += text;
    first_ = false;
    return true;
  }

  FlatObject& object_;
  std::string path_;
  std::vector<std::size_t> bases_;  // length of the path around each open object
  std::size_t arrays_ = 0;          // open arrays
  bool first_ = false;              // nothing has been added to the outermost array yet
};

}  // namespace

std::string_view flatten_json(std::string_view line, FlatObject& object) {
  object.clear();
  Flattener flattener(object);
  return Json::sax_parse(line, &flattener) ? ""
                                           : "the line is not a JSON object of depth 8 or less";
}

}  // namespace tracetwin::zeek
