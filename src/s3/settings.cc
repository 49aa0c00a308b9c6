// Profile files are lines "[section]" and "name = value"; '#' and ';' begin comments. A value that
// is empty may be followed by indented lines, which belong to it ("s3 =" and below it
// "addressing_style = path"). The sections of the config file are called "profile NAME" but for
// "default"; those of the credentials file NAME.
#include "s3/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string_view>

#include "base/error.h"

namespace tracetwin::s3 {
namespace {

using Section = std::map<std::string, std::string>;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string()
             : std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

/// The named section; values inside others are called "outer.inner". No file is an empty one.
Section read_section(const std::string& path, std::string_view wanted) {
  std::ifstream file(path);
  Section section;
  bool inside = false;
  std::string outer;
  for (std::string line; std::getline(file, line);) {
    const std::string text = trimmed(line);
    if (text.empty() || text[0] == '#' || text[0] == ';') {
      continue;
    }
    const std::size_t equals = text.find('=');
    if (text[0] == '[') {
      inside = trimmed(std::string_view(text).substr(1, text.find(']') - 1)) == wanted;
    } else if (inside && equals != std::string::npos) {
      const bool nested = line[0] == ' ' || line[0] == '\t';
      const std::string name = trimmed(std::string_view(text).substr(0, equals));
      const std::string value = trimmed(std::string_view(text).substr(equals + 1));
      outer = nested ? outer : name;
      section[nested ? fmt::format("{}.{}", outer, name) : name] = value;
    }
  }
  return section;
}

/// What is set, looked for in the environment, then in the files.
class Sources {
 public:
  explicit Sources(const Environment& environment) : environment_(environment) {
    const std::string home = environment_("HOME").value_or("");
    profile_ = environment_("AWS_PROFILE").value_or("default");
    const std::string config = environment_("AWS_CONFIG_FILE").value_or(home + "/.aws/config");
    const std::string credentials =
        environment_("AWS_SHARED_CREDENTIALS_FILE").value_or(home + "/.aws/credentials");
    all_ = read_section(credentials, profile_);
    all_.merge(read_section(config, profile_ == "default" ? profile_ : "profile " + profile_));
  }

  /// The first variable that is set, else the profile's value; empty when there is neither.
  std::string find(std::initializer_list<const char*> variables, const std::string& name) const {
    for (const char* variable : variables) {
      const auto value = environment_(variable);
      if (value && !value->empty()) {
        return *value;
      }
    }
    const auto found = all_.find(name);
    return found == all_.end() ? "" : found->second;
  }

  /// Keys come from one place, so that those of a profile are not mixed with another's token.
  Credentials credentials() const {
    if (environment_("AWS_ACCESS_KEY_ID").value_or("").empty()) {
      return {find({}, "aws_access_key_id"), find({}, "aws_secret_access_key"),
              find({}, "aws_session_token")};
    }
    return {find({"AWS_ACCESS_KEY_ID"}, ""), find({"AWS_SECRET_ACCESS_KEY"}, ""),
            find({"AWS_SESSION_TOKEN"}, "")};
  }

  const std::string& profile() const { return profile_; }

 private:
  const Environment& environment_;
  std::string profile_;
  Section all_;
};

bool is_path_style(const std::string& style, const std::string& bucket, bool own_endpoint) {
  if (style.empty() || style == "auto") {
    return own_endpoint || bucket.find('.') != std::string::npos;
  }
  if (style != "path" && style != "virtual") {
    throw Error(fmt::format("the addressing style of S3 is \"{}\"", style),
                "Give path, virtual or auto.");
  }
  return style == "path";
}

int attempts_in(const std::string& text) {
  constexpr int kUsual = 5;
  constexpr int kMost = 100;
  if (text.empty()) {
    return kUsual;
  }
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc() || stop != end || number < 1 || number > kMost) {
    throw Error(fmt::format("AWS_MAX_ATTEMPTS is \"{}\", no number from 1 to {}", text, kMost),
                "Give one, or unset it.");
  }
  return number;
}

std::string checked_endpoint(std::string endpoint) {
  while (endpoint.ends_with('/')) {
    endpoint.pop_back();
  }
  if (!endpoint.starts_with("http://") && !endpoint.starts_with("https://")) {
    throw Error(fmt::format("the endpoint of S3 is \"{}\", no http:// or https:// URL", endpoint),
                "Set AWS_ENDPOINT_URL to one, or unset it.");
  }
  return endpoint;
}

}  // namespace

Settings settings_for(const std::string& bucket, const Environment& environment) {
  const Sources sources(environment);
  Settings settings;
  settings.credentials = sources.credentials();
  if (settings.credentials.access_key.empty() || settings.credentials.secret_key.empty()) {
    throw Error(fmt::format("there are no credentials for s3://{}", bucket),
                fmt::format("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the profile "
                            "\"{}\" both in ~/.aws/credentials.",
                            sources.profile()));
  }
  settings.region = sources.find({"AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
  settings.region = settings.region.empty() ? "us-east-1" : settings.region;
  const std::string endpoint =
      sources.find({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, "endpoint_url");
  settings.endpoint = checked_endpoint(
      endpoint.empty() ? fmt::format("https://s3.{}.amazonaws.com", settings.region) : endpoint);
  settings.path_style = is_path_style(
      sources.find({"AWS_S3_ADDRESSING_STYLE"}, "s3.addressing_style"), bucket, !endpoint.empty());
  settings.attempts = attempts_in(sources.find({"AWS_MAX_ATTEMPTS"}, "max_attempts"));
  return settings;
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace tracetwin::s3
