#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tracetwin::s3 {

/// The texts of all elements called `name` in an answer of S3, wherever they stand, entities
/// resolved. The answers have no attributes but of the namespace, and no such element inside
/// itself.
std::vector<std::string> texts_of(std::string_view xml, std::string_view name);
/// The first of these, or empty.
std::string text_of(std::string_view xml, std::string_view name);

/// `text` with the five characters that mean something in XML as entities.
std::string escaped(std::string_view text);

}  // namespace tracetwin::s3
