#include "evaluate/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

#include "base/parallel.h"
#include "evaluate/arrivals.h"
#include "evaluate/constants.h"
#include "evaluate/curves.h"
#include "evaluate/distances.h"
#include "evaluate/fields.h"
#include "evaluate/structure.h"

namespace tracetwin::evaluate {
namespace {

constexpr std::size_t kBars = 12;

using Traces = std::vector<Shown>;
using Curve = Series (*)(std::string, std::vector<double>);

Plot plot(std::string id, std::string kind, std::string title, std::string explain, Axis x,
          Axis y) {
  Plot drawn;
  drawn.id = std::move(id);
  drawn.section = "fidelity";
  drawn.kind = std::move(kind);
  drawn.title = std::move(title);
  drawn.explain = std::move(explain);
  drawn.x = std::move(x);
  drawn.y = std::move(y);
  return drawn;
}

/// Every second, third, … value, so that about kMostValues are left.
std::vector<double> thinned(std::vector<double> values) {
  constexpr std::size_t kMostValues = 100'000;
  const std::size_t step = values.size() / kMostValues + 1;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < values.size(); at += step) {
    values[kept++] = values[at];
  }
  values.resize(kept);
  return values;
}

/// The same curve of every trace that has values for it.
Plot with_curves(Plot drawn, const Traces& traces, Curve curve,
                 const std::function<std::vector<double>(const Sample&)>& values_of) {
  for (const Shown& trace : traces) {
    std::vector<double> values = values_of(*trace.sample);
    if (!values.empty()) {
      drawn.series.push_back(curve(trace.name, std::move(values)));
    }
  }
  return drawn;
}

Plot distribution(const Traces& traces, const std::string& id, const std::string& unit,
                  const std::string& rows,
                  const std::function<std::vector<double>(const Sample&)>& values_of) {
  std::string title = spoken(id);
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return with_curves(
      plot("cdf." + id, "cdf", title, fmt::format("Share of the {} with at most so much.", rows),
           {unit, "log"}, {fmt::format("share of {}", rows), "linear"}),
      traces, cumulative, values_of);
}

void add_distributions(const Traces& traces, std::vector<Plot>& plots) {
  const bool packets = traces[0].sample->columns.kind == TraceKind::kPackets;
  const std::string rows = packets ? "packets" : "flows";
  const auto number = [](const char* name) {
    return [name](const Sample& s) { return thinned(s.ascending(name)); };
  };
  if (packets) {
    plots.push_back(distribution(traces, "pkt_len", "bytes", rows, number("pkt_len")));
    plots.push_back(distribution(traces, "ttl", "hops", rows, number("ttl")));
  } else if (traces[0].sample->columns.events) {
    for (const NumberColumn& column : traces[0].sample->columns.numbers) {
      plots.push_back(
          distribution(traces, column.name, "", "records", number(column.name.c_str())));
    }
  } else {
    plots.push_back(distribution(traces, "byt", "bytes", rows, number("byt")));
    plots.push_back(distribution(traces, "pkt", "packets", rows, number("pkt")));
    plots.push_back(distribution(traces, "td", "seconds", rows, number("td")));
  }
}

void add_flows(const Traces& traces, std::vector<Plot>& plots) {
  const Axis share = {"share of flows at least so large", "log"};
  Plot gaps = plot("cdf.gap", "cdf", "Gaps within a flow",
                   "Share of the gaps between successive records of one five-tuple that are at "
                   "most so long.",
                   {"seconds", "log"}, {"share of gaps", "linear"});
  Plot sizes = plot("tail.flow_size", "tail", "Tail of flow sizes",
                    "Share of the five-tuples with at least so many records.",
                    {"records of a five-tuple", "log"}, share);
  Plot bytes = plot("tail.flow_bytes", "tail", "Tail of flow volumes",
                    "Share of the five-tuples with at least so many bytes.",
                    {"bytes of a five-tuple", "log"}, share);
  for (const Shown& trace : traces) {
    FlowTotals totals = flow_totals(*trace.sample);
    if (!totals.gap.empty()) {
      gaps.series.push_back(cumulative(trace.name, thinned(std::move(totals.gap))));
    }
    sizes.series.push_back(tail(trace.name, std::move(totals.size)));
    bytes.series.push_back(tail(trace.name, std::move(totals.bytes)));
  }
  plots.push_back(std::move(gaps));
  plots.push_back(std::move(sizes));
  if (!traces[0].sample->columns.events) {
    plots.push_back(std::move(bytes));
  }
}

void add_ranks(const Traces& traces, std::vector<Plot>& plots) {
  const bool events = traces[0].sample->columns.events;
  for (const bool sources : {true, false}) {
    if (events && !sources) {
      continue;
    }
    const std::string id = events ? "key" : sources ? "srcip" : "dstip";
    const auto counts = [sources](const Sample& sample) {
      const Columns& columns = sample.columns;
      return count_codes(sources ? columns.src : columns.dst, columns.addresses->size());
    };
    plots.push_back(
        with_curves(plot("rank." + id, "rank", fmt::format("Popularity of {}", spoken(id)),
                         "Share of the records that the busiest, second busiest, … address has.",
                         {"rank of the address", "log"}, {"share of records", "log"}),
                    traces, by_rank, counts));
  }
}

/// The most frequent real values, and what share each trace gives them.
Plot bars(const Traces& traces, const std::string& id, const std::string& title,
          const std::function<std::vector<double>(const Sample&)>& counts_of,
          const std::function<std::string(std::uint32_t)>& name_of) {
  Plot drawn = plot("bars." + id, "bars", title,
                    "Shares of the values that are most frequent in the real trace.",
                    {spoken(id), "category"}, {"share of records", "linear"});
  const std::vector<double> real = counts_of(*traces[0].sample);
  std::vector<std::uint32_t> order(real.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t at) { return real[at]; });
  order.resize(std::min(order.size(), kBars));
  std::erase_if(order, [&](std::uint32_t at) { return real[at] == 0; });
  for (const Shown& trace : traces) {
    const std::vector<double> counts = counts_of(*trace.sample);
    const auto rows = static_cast<double>(trace.sample->rows());
    std::vector<std::string> names;
    std::vector<double> shares;
    for (const std::uint32_t code : order) {
      names.push_back(name_of(code));
      shares.push_back(counts[code] / rows);
    }
    drawn.series.push_back({trace.name, std::move(names), std::move(shares)});
  }
  return drawn;
}

void add_services(const Traces& traces, std::vector<Plot>& plots) {
  const auto number = [](std::uint32_t code) { return std::to_string(code); };
  plots.push_back(bars(
      traces, "dstport", "Destination ports",
      [](const Sample& s) { return count_codes(s.columns.dstport, 65536); }, number));
  plots.push_back(bars(
      traces, "proto", "Protocols",
      [](const Sample& s) { return count_codes(s.columns.proto, 256); },
      [](std::uint32_t code) { return protocol_name(static_cast<std::uint8_t>(code)); }));
}

void add_bars(const Traces& traces, const std::string& label, std::vector<Plot>& plots) {
  if (!traces[0].sample->columns.events) {
    add_services(traces, plots);
  }
  const CategoryColumn* labels = traces[0].sample->columns.category(label);
  if (labels != nullptr) {
    plots.push_back(bars(
        traces, label, "Labels",
        [&](const Sample& s) {
          const CategoryColumn* own = s.columns.category(label);
          return own == nullptr ? std::vector<double>(labels->texts.size())
                                : count_codes(own->codes, labels->texts.size());
        },
        [&](std::uint32_t code) { return labels->texts[code]; }));
  }
}

Series load_of(const Shown& trace) {
  constexpr std::size_t kWindows = 150;
  const auto& times = trace.sample->columns.time_ns;
  const double span = std::max(1.0, static_cast<double>(times.back() - times.front()));
  const double width = span / kWindows;
  std::vector<double> x(kWindows);
  std::vector<double> y(kWindows);
  for (std::size_t i = 0; i < kWindows; ++i) {
    x[i] = (static_cast<double>(i) + 0.5) * width / kNsPerSecond;
  }
  for (const std::int64_t time : times) {
    const auto at = static_cast<std::size_t>(static_cast<double>(time - times.front()) / width);
    y[std::min(at, kWindows - 1)] += 1;
  }
  for (double& count : y) {
    count /= width / kNsPerSecond;
  }
  return {trace.name, std::move(x), std::move(y)};
}

void add_arrivals(const Traces& traces, std::vector<Plot>& plots) {
  Plot load = plot("series.load", "series", "Traffic over time",
                   "Records a second, in 150 windows from each trace's beginning to its end.",
                   {"seconds since the beginning", "linear"}, {"records a second", "linear"});
  Plot bursts = plot("curve.burstiness", "curve", "Burstiness by time scale",
                     "Variance over mean of the records in a window: 1 for independent arrivals.",
                     {"length of a window in seconds", "log"}, {"variance / mean", "log"});
  for (const Shown& trace : traces) {
    load.series.push_back(load_of(trace));
    std::vector<double> x;
    std::vector<double> y;
    for (const TimeScale& scale : time_scales()) {
      const WindowCounts counts(trace.sample->columns.time_ns, scale.width_ns);
      if (counts.windows() >= 20) {
        x.push_back(static_cast<double>(scale.width_ns) / kNsPerSecond);
        y.push_back(counts.dispersion());
      }
    }
    if (!x.empty()) {  // a trace that is shorter than twenty windows has no curve
      bursts.series.push_back({trace.name, std::move(x), std::move(y)});
    }
  }
  plots.push_back(std::move(load));
  plots.push_back(std::move(bursts));
}

/// Those that were compared in all traces: some may lack a column that others have.
std::vector<std::string> common_columns(const Traces& traces) {
  std::vector<std::string> common;
  for (const Shown& trace : traces) {
    if (trace.pairs == nullptr) {
      continue;
    }
    const auto& own = trace.pairs->columns;
    if (common.empty()) {
      common = own;
    }
    std::erase_if(
        common, [&](const std::string& name) { return std::ranges::find(own, name) == own.end(); });
  }
  return common;
}

std::vector<std::vector<double>> tvd_of(const PairDistances& pairs,
                                        const std::vector<std::string>& columns) {
  std::vector<std::size_t> places;
  places.reserve(columns.size());
  for (const std::string& column : columns) {
    places.push_back(
        static_cast<std::size_t>(std::ranges::find(pairs.columns, column) - pairs.columns.begin()));
  }
  std::vector<std::vector<double>> tvd;
  for (const std::size_t i : places) {
    auto& row = tvd.emplace_back();
    for (const std::size_t j : places) {
      row.push_back(pairs.tvd[i][j]);
    }
  }
  return tvd;
}

Plot pair_map(const Traces& traces) {
  Plot map = plot("pairs.tvd", "heatmap", "Which pairs of fields are off",
                  "Share of the records that would have to change for two fields to go together "
                  "as in the real trace; single fields on the diagonal.",
                  {}, {});
  map.labels = common_columns(traces);
  for (const Shown& trace : traces) {
    if (trace.pairs != nullptr) {
      map.maps.push_back({trace.name, tvd_of(*trace.pairs, map.labels)});
    }
  }
  return map;
}

}  // namespace

std::vector<Plot> draw_plots(const std::vector<Shown>& traces, const std::string& label,
                             unsigned threads) {
  using Part = std::function<void(std::vector<Plot>&)>;
  const std::vector<Part> parts = {
      [&](std::vector<Plot>& plots) { add_arrivals(traces, plots); },
      [&](std::vector<Plot>& plots) { add_distributions(traces, plots); },
      [&](std::vector<Plot>& plots) { add_flows(traces, plots); },
      [&](std::vector<Plot>& plots) { add_ranks(traces, plots); },
      [&](std::vector<Plot>& plots) { add_bars(traces, label, plots); },
      [&](std::vector<Plot>& plots) { plots.push_back(pair_map(traces)); }};
  std::vector<std::vector<Plot>> drawn(parts.size());
  parallel_blocks(parts.size(), threads, [&](std::size_t i) { parts[i](drawn[i]); });
  std::vector<Plot> plots;
  for (auto& some : drawn) {
    std::ranges::move(some, std::back_inserter(plots));
  }
  return plots;
}

}  // namespace tracetwin::evaluate
