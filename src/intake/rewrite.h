#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schema/field.h"
#include "trace/reader.h"

namespace tracetwin {

/// A further column of flow records that is made of another one.
struct Rewrite {
  std::string name;
  std::string from;
  std::string match;  ///< regular expression whose first group is the value; empty: all of it
};

/// What a schema file asks for.
std::vector<Rewrite> rewrites_of(const Declarations& declarations);

/// The reader with such columns behind its own; a text that does not match gives "". Where `from`
/// is the name itself, the column is replaced. Throws Error when a column is not there.
std::unique_ptr<FlowReader> rewritten(std::unique_ptr<FlowReader> reader,
                                      std::vector<Rewrite> rewrites);

/// The reader with one more column, which has this text in all records.
std::unique_ptr<FlowReader> with_column(std::unique_ptr<FlowReader> reader, std::string name,
                                        std::string text);

}  // namespace tracetwin
