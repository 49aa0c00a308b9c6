#include "trace/io/target.h"

#include <system_error>

#include "base/error.h"
#include "s3/place.h"
#include "s3/upload.h"

namespace tracetwin {

void check_target(const std::filesystem::path& path, bool force) {
  if (s3::is_url(path.native())) {
    s3::check_object(path.native(), force);
  } else {
    check_output(path, force);
  }
}

std::unique_ptr<ByteSink> open_target(const std::filesystem::path& path, bool force) {
  return s3::is_url(path.native()) ? s3::open_object(path.native(), force)
                                   : open_output(path, force);
}

void remove_target(const std::filesystem::path& path) noexcept {
  try {
    if (s3::is_url(path.native())) {
      s3::remove_object(path.native());
    } else {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
    }
  } catch (const Error&) {  // what cannot be removed stays
  }
}

}  // namespace tracetwin
