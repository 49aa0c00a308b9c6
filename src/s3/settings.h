#pragma once

#include <functional>
#include <optional>
#include <string>

#include "s3/sign.h"

namespace tracetwin::s3 {

/// How to reach S3, and as whom.
struct Settings {
  std::string endpoint;  ///< "https://s3.eu-west-1.amazonaws.com", no '/' at its end
  std::string region;
  bool path_style = false;  ///< https://endpoint/bucket/key, else https://bucket.endpoint/key
  int attempts = 5;         ///< of a request that meets a passing failure
  Credentials credentials;
};

/// Looks a variable of the environment up; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Settings from the variables that the AWS command-line tool reads, which go before the same in
/// the profile ($AWS_PROFILE, else "default") of the files ~/.aws/config ($AWS_CONFIG_FILE) and
/// ~/.aws/credentials ($AWS_SHARED_CREDENTIALS_FILE):
///   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN   aws_access_key_id, …
///   AWS_REGION, AWS_DEFAULT_REGION                                region; else us-east-1
///   AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL                         endpoint_url; else Amazon's
///   AWS_S3_ADDRESSING_STYLE (path, virtual, auto)                 s3 = addressing_style
///   AWS_MAX_ATTEMPTS                                              max_attempts; else 5
/// Style auto is path where an endpoint is given, or the bucket has a dot in its name.
/// Throws Error when there are no credentials, or a setting is impossible.
Settings settings_for(const std::string& bucket, const Environment& environment);

/// The process's own environment.
Environment process_environment();

}  // namespace tracetwin::s3
