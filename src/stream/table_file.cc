#include "stream/table_file.h"

#include <memory>
#include <string>

#include "base/atomic_file.h"
#include "trace/format/text/csv.h"

namespace tracetwin::stream {
namespace {

void append_row(std::string& text, const FlowBatch& batch, std::size_t row) {
  for (std::size_t column = 0; column < batch.extras.size(); ++column) {
    text += column == 0 ? "" : ",";
    append_csv(text, batch.extras[column][row]);
  }
  text += '\n';
}

std::string header_of(const FlowReader& reader) {
  std::string text;
  for (const std::string& name : reader.extra_columns()) {
    text += text.empty() ? "" : ",";
    append_csv(text, name);
  }
  return text + '\n';
}

}  // namespace

void write_table(FlowReader& reader, const std::filesystem::path& path) {
  const std::unique_ptr<ByteSink> sink = open_output(path, true);
  sink->write(header_of(reader));
  FlowBatch batch;
  for (std::string text; reader.next(batch); text.clear()) {
    for (std::size_t row = 0; row < batch.records.size(); ++row) {
      append_row(text, batch, row);
    }
    sink->write(std::string_view(text));
  }
  sink->commit();
}

}  // namespace tracetwin::stream
