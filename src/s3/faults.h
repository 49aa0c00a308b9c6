#pragma once

#include <string>

#include "base/error.h"
#include "s3/http.h"
#include "s3/settings.h"

namespace tracetwin::s3 {

/// Whether the same request may be answered better a moment later.
bool is_passing_fault(const HttpResponse& response);

/// What a failed request means: "cannot ACTION URL: …", and the remedy.
Error fault_of(const HttpResponse& response, const std::string& action, const std::string& url,
               const Settings& settings);

}  // namespace tracetwin::s3
