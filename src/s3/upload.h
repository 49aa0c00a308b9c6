#pragma once

#include <memory>
#include <string>

#include "base/atomic_file.h"

namespace tracetwin::s3 {

/// Throws Error when the object at `url` cannot be written: it exists (unless `force`), it has no
/// name, or nobody may look. Asks the server.
void check_object(const std::string& url, bool force);

/// A sink that becomes the object at `url` when it is committed, all or nothing: what is small goes
/// in one request, else in parts that nobody sees before the last is there. A sink that is
/// destroyed before gives them up; those of a process that was killed stay, unseen, until the
/// bucket's rules or its owner remove them.
std::unique_ptr<ByteSink> open_object(const std::string& url, bool force);

/// Removes what open_object() wrote.
void remove_object(const std::string& url);

}  // namespace tracetwin::s3
