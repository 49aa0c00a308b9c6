#!/usr/bin/python3
"""Draws what bench/fidelity.py --json kept: figures against epsilon, a panel a metric.

    bench/plot_fidelity.py FIGURES.json OUTPUT.svg

Needs Debian's python3-matplotlib. The shaded band is the smallest and the largest of the seeds; the
dashed line is NetDPSyn's own output at a claimed epsilon of 2.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402 (the backend comes first)

METRICS = ["2-way TVD", "3-way TVD", "mean JSD (nats)"]
COLOURS = {"workstation": "#1b6ca8", "cloudserver": "#c8553d", "apps-1h": "#4d8b31"}


def epsilon_of(column):
    return float(column.removeprefix("epsilon ")) if column.startswith("epsilon ") else None


def draw(panel, metric, found):
    for trace, columns in found.items():
        runs = sorted((epsilon_of(c), [f[metric] for f in figures])
                      for c, figures in columns.items() if epsilon_of(c))
        x = [epsilon for epsilon, _ in runs]
        mean = [sum(v) / len(v) for _, v in runs]
        panel.plot(x, mean, "o-", color=COLOURS[trace], label=trace, markersize=4)
        panel.fill_between(x, [min(v) for _, v in runs], [max(v) for _, v in runs],
                           color=COLOURS[trace], alpha=0.15, linewidth=0)
        if "NetDPSyn, claimed 2" in columns:
            panel.axhline(columns["NetDPSyn, claimed 2"][0][metric], color=COLOURS[trace],
                          linestyle="--", linewidth=1)
    panel.set_xscale("log")
    panel.set_xticks(x, [f"{epsilon:g}" for epsilon in x])
    panel.minorticks_off()
    panel.set_ylim(bottom=0)
    panel.set_xlabel("epsilon")
    panel.set_title(metric, fontsize=10)
    panel.grid(alpha=0.2)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    found = json.loads(pathlib.Path(sys.argv[1]).read_text())
    plt.rcParams["svg.hashsalt"] = "tracetwin"
    figure, panels = plt.subplots(1, len(METRICS), figsize=(10, 3.4), layout="constrained")
    for panel, metric in zip(panels, METRICS):
        draw(panel, metric, found)
    panels[0].legend(fontsize=8)
    figure.savefig(sys.argv[2], metadata={"Date": None})


if __name__ == "__main__":
    main()
