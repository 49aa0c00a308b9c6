#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "encode/codec.h"
#include "schema/field.h"
#include "trace/format/text/column_map.h"

/// Tables of events as flow logs: what events have not is the same in all records.
namespace tracetwin {

/// Where a reader of flow logs finds the records of a table that is declared: the time in its
/// column, the columns that its fields are made of, and values for what flows have and events do
/// not.
ColumnMap event_columns(const Declarations& declarations);
/// The same of its twins, which have the fields' own columns.
ColumnMap twin_columns(const Declarations& declarations);
ColumnMap twin_columns(const Schema& schema);

/// The fields in the places of standard_fields(kFlows): fixed, and in parentheses, but for the
/// time, which has the name of its column.
std::vector<Field> event_fields(const EventTable& table);

/// The schema of such a table; `columns` are its file's, in order. Throws Error for keys that are
/// not declared as columns, and a table without a column.
Schema event_schema(std::span<const std::string> columns, const Declarations& declarations);

/// Gives a row the values that are the same in all records.
void fill_fixed(const Schema& schema, std::vector<Key>& row);

/// Positions of the fields that tell flows apart: the five-tuple, or the key of a table of events.
std::vector<std::size_t> key_fields(const Schema& schema);

}  // namespace tracetwin
