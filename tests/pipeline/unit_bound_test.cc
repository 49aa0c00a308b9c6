#include "pipeline/unit_bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace tracetwin {
namespace {

using dp::Unit;

/// Host h (1 … hosts) has 10 h records.
PrivateTrace trace_of(std::uint64_t hosts) {
  PrivateTrace trace;
  trace.schema.kind = TraceKind::kFlows;
  trace.columns.resize(5);
  for (std::uint64_t host = 1; host <= hosts; ++host) {
    for (std::uint64_t i = 0; i < 10 * host; ++i) {
      const std::uint64_t row[] = {host, 1000 + i % 3, 5000, 53, 17};
      for (std::size_t f = 0; f < 5; ++f) {
        trace.columns[f].values.push_back(row[f]);
      }
    }
  }
  return trace;
}

/// The columns in memory, to be changed.
std::vector<std::vector<Key>> unpacked(const PrivateTrace& trace) {
  std::vector<std::vector<Key>> columns;
  for (const PrivateColumn& column : trace.columns) {
    columns.push_back(column.values.all<Key>());
  }
  return columns;
}

void pack(const std::vector<std::vector<Key>>& columns, PrivateTrace& trace) {
  for (std::size_t f = 0; f < columns.size(); ++f) {
    trace.columns[f].values = PackedColumn(columns[f]);
  }
}

std::map<Key, int> rows_by_host(const PrivateTrace& trace) {
  std::map<Key, int> rows;
  for (const Key host : trace.columns[0].values) {
    ++rows[host];
  }
  return rows;
}

TEST(UnitBound, DefaultsAreOneRow) {
  EXPECT_TRUE(unit_bound(TraceKind::kFlows, {}, {}).is_row);
  EXPECT_EQ(unit_bound(TraceKind::kFlows, {}, {}).unit, Unit::kRecord);
  EXPECT_EQ(unit_bound(TraceKind::kPackets, {}, {}).unit, Unit::kFlow);
  EXPECT_EQ(unit_bound(TraceKind::kFlows, Unit::kHost, {}).rows, 32U);
  EXPECT_EQ(unit_bound(TraceKind::kPackets, Unit::kHost, 5).rows, 5U);
  EXPECT_EQ(unit_bound(TraceKind::kFlows, Unit::kFlow, {}).rows, 8U);
}

TEST(UnitBound, ImpossibleUnitsAreRefused) {
  EXPECT_THROW(unit_bound(TraceKind::kPackets, Unit::kRecord, {}), Error);
  EXPECT_THROW(unit_bound(TraceKind::kFlows, Unit::kRecord, 3), Error);
  EXPECT_THROW(unit_bound(TraceKind::kPackets, {}, 3), Error);
}

TEST(UnitBound, NoHostKeepsMoreThanItMay) {
  PrivateTrace trace = trace_of(6);
  clip(trace, unit_bound(TraceKind::kFlows, Unit::kHost, 25), 1);
  const auto rows = rows_by_host(trace);
  ASSERT_EQ(rows.size(), 6U);
  for (const auto& [host, count] : rows) {
    EXPECT_EQ(count, std::min<int>(25, 10 * static_cast<int>(host)));
  }
  EXPECT_EQ(trace.summary.skips.total(), 210U - (10 + 20 + 4 * 25));
}

TEST(UnitBound, AFlowIsBothDirectionsOfAFiveTuple) {
  PrivateTrace trace = trace_of(1);
  auto columns = unpacked(trace);
  for (std::size_t row = 0; row < 5; ++row) {
    std::swap(columns[0][row], columns[1][row]);
    std::swap(columns[2][row], columns[3][row]);
  }
  pack(columns, trace);
  clip(trace, unit_bound(TraceKind::kFlows, Unit::kFlow, 2), 1);
  EXPECT_EQ(trace.rows(), 6U) << "three flows, two records each";
}

// A host more changes nothing of what the others contribute: the bound would not bound otherwise.
TEST(UnitBound, AHostMoreLeavesTheOthersAsTheyWere) {
  PrivateTrace without = trace_of(5);
  PrivateTrace with = trace_of(6);
  const UnitBound bound = unit_bound(TraceKind::kFlows, Unit::kHost, 7);
  clip(without, bound, 9);
  clip(with, bound, 9);
  ASSERT_EQ(with.rows(), without.rows() + 7);
  for (std::size_t f = 0; f < 5; ++f) {
    auto longer = with.columns[f].values.all<Key>();
    longer.resize(longer.size() - 7);
    EXPECT_TRUE(longer == without.columns[f].values.all<Key>());
  }
}

// When a conversation ends, and so where its row lies, another host may decide.
TEST(UnitBound, WhatAHostKeepsDoesNotFollowTheOrderOfRows) {
  PrivateTrace trace = trace_of(1);
  auto columns = unpacked(trace);
  for (std::uint64_t row = 0; row < 10; ++row) {
    columns[2][row] = row;
    trace.places.push_back({row, row});
  }
  pack(columns, trace);
  PrivateTrace later = trace;
  std::rotate(later.places.begin(), later.places.begin() + 3, later.places.begin() + 7);
  std::rotate(columns[2].begin(), columns[2].begin() + 3, columns[2].begin() + 7);
  pack(columns, later);
  const UnitBound bound = unit_bound(TraceKind::kPackets, Unit::kHost, 4);
  clip(trace, bound, 2);
  clip(later, bound, 2);
  auto kept = trace.columns[2].values.all<Key>();
  auto kept_later = later.columns[2].values.all<Key>();
  std::sort(kept.begin(), kept.end());
  std::sort(kept_later.begin(), kept_later.end());
  EXPECT_EQ(kept.size(), 4U);
  EXPECT_TRUE(kept == kept_later);
}

TEST(UnitBound, AnEchoAndItsReplyAreOneFlow) {
  PrivateTrace trace = trace_of(1);
  auto columns = unpacked(trace);
  for (std::size_t row = 0; row < 10; ++row) {
    const std::uint64_t values[] = {1, 2, 8, 0, 1};
    for (std::size_t f = 0; f < 5; ++f) {
      columns[f][row] = values[f];
    }
    if (row % 2 == 1) {
      std::swap(columns[0][row], columns[1][row]);
      columns[2][row] = 0;
    }
  }
  pack(columns, trace);
  clip(trace, unit_bound(TraceKind::kFlows, Unit::kFlow, 3), 1);
  EXPECT_EQ(trace.rows(), 3U);
}

}  // namespace
}  // namespace tracetwin
