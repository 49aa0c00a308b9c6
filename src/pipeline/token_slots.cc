#include "pipeline/token_slots.h"

#include <utility>

namespace tracetwin {
namespace {

std::uint64_t time_key(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns);
}

}  // namespace

std::vector<TokenSlot> slots_between(const TwinModel& model, std::span<const double> shares,
                                     const Window& twin, const KeySet& times) {
  const std::vector<double>& edges = model.tokens->scheme.codings.front().edges;
  const std::int64_t length = model.window.end - model.window.begin;
  std::vector<TokenSlot> slots;
  for (std::int64_t shift = twin.begin - model.window.begin; model.window.begin + shift < twin.end;
       shift += length) {
    for (std::size_t s = 0; s + 1 < edges.size(); ++s) {
      const auto begin = static_cast<std::int64_t>(edges[s]) + shift;
      const auto end = static_cast<std::int64_t>(edges[s + 1]) + shift;
      const KeySet all = KeySet::range(time_key(begin), time_key(end - 1));
      KeySet here = times.intersected(all);
      if (!here.empty()) {
        const double part = here.size() / all.size();
        slots.push_back({static_cast<std::uint16_t>(s), shift, std::move(here), part >= 1,
                         static_cast<double>(model.tokens->records) * shares[s] * part});
      }
    }
  }
  return slots;
}

}  // namespace tracetwin
