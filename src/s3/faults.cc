#include "s3/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "s3/xml.h"

namespace tracetwin::s3 {
namespace {

struct Known {
  std::string_view code;
  std::string_view meaning;
  std::string_view remedy;
};

constexpr std::array kKnown = {
    Known{"NoSuchBucket", "there is no such bucket", "Check its name, the region and endpoint."},
    Known{"NoSuchKey", "there is no such object", "Check the name; letters count in upper case."},
    Known{"InvalidAccessKeyId", "the access key is not known there",
          "Check AWS_ACCESS_KEY_ID, and that key and endpoint belong together."},
    Known{"SignatureDoesNotMatch", "the secret key does not fit the access key",
          "Check AWS_SECRET_ACCESS_KEY."},
    Known{"RequestTimeTooSkewed", "this machine's clock is wrong", "Set the clock."},
    Known{"ExpiredToken", "the session token has expired", "Get new temporary credentials."},
    Known{"InvalidToken", "the session token is not valid", "Check AWS_SESSION_TOKEN."},
    Known{"AccessDenied", "access is denied",
          "Check that these credentials may do this there, and AWS_SESSION_TOKEN if they are "
          "temporary."},
    Known{"PreconditionFailed", "the object changed while it was read",
          "Run the command again once nobody writes it."},
    Known{"EntityTooLarge", "it is larger than an object may be", "Write several smaller ones."},
};

const Known* known(std::string_view code) {
  const auto* const found = std::find_if(kKnown.begin(), kKnown.end(),
                                         [&](const Known& row) { return row.code == code; });
  return found == kKnown.end() ? nullptr : found;
}

/// The answer to HEAD has no body, so its code follows from the status.
std::string code_of(const HttpResponse& response) {
  const std::string code = text_of(response.body, "Code");
  if (!code.empty()) {
    return code;
  }
  switch (response.status) {
    case 403:
      return "AccessDenied";
    case 404:
      return "NoSuchKey";
    case 412:
      return "PreconditionFailed";
    default:
      return {};
  }
}

/// The region that a bucket is in, when the answer says that it is not the one that was asked.
std::string region_of(const HttpResponse& response, const Settings& settings) {
  const bool elsewhere = response.status == 301 || response.status == 307 ||
                         response.status == 400 || response.status == 403;
  std::string region(response.header("x-amz-bucket-region"));
  region = region.empty() ? text_of(response.body, "Region") : region;
  return elsewhere && region != settings.region ? region : "";
}

}  // namespace

bool is_passing_fault(const HttpResponse& response) {
  const int status = response.status;
  const bool busy = status == 429 || status == 500 || status == 502 || status == 503 ||
                    status == 504 || text_of(response.body, "Code") == "RequestTimeout";
  return response.is_passing || busy;
}

Error fault_of(const HttpResponse& response, const std::string& action, const std::string& url,
               const Settings& settings) {
  const std::string what = fmt::format("cannot {} {}", action, url);
  if (!response.failure.empty()) {
    return Error(fmt::format("{}: {} ({})", what, response.failure, settings.endpoint),
                 "Check the network, and AWS_ENDPOINT_URL if it is set.");
  }
  const std::string region = region_of(response, settings);
  if (!region.empty()) {
    return Error(
        fmt::format("{}: the bucket is in region {}, not {}", what, region, settings.region),
        fmt::format("Set AWS_REGION={}.", region));
  }
  const std::string code = code_of(response);
  if (const Known* row = known(code)) {
    return Error(fmt::format("{}: {} (status {}, {})", what, row->meaning, response.status, code),
                 std::string(row->remedy));
  }
  const std::string message = text_of(response.body, "Message");
  return Error(fmt::format("{}: the server answered with status {}{}{}{}{}", what, response.status,
                           code.empty() ? "" : ", ", code, message.empty() ? "" : ": ", message),
               response.status == 301 ? "Check AWS_REGION and AWS_ENDPOINT_URL." : "");
}

}  // namespace tracetwin::s3
