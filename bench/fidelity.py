#!/usr/bin/python3
"""Fidelity of twins of the real traces, by the independent scorer, against NetDPSyn's outputs.

    bench/fidelity.py [--epsilon E]... [--seeds N] [--trace workstation|cloudserver]...

Needs TRACETWIN_SHARED (default ../shared), the release build, and Debian's python3-pandas, -scipy,
-sklearn. Prints one Markdown row a run: the mean over seeds, the spread (min..max) in brackets.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("TRACETWIN_SHARED", ROOT.parent / "shared"))
PROGRAM = pathlib.Path(os.environ.get("TRACETWIN_BINARY", ROOT / "build/release/src/cli/tracetwin"))
COLUMNS = ["srcip", "dstip", "srcport", "dstport", "proto", "ts", "td", "pkt", "byt", "type"]
METRICS = ["2-way TVD mean (no IP/time)", "3-way TVD mean (no IP/time)", "NetShare mean JSD (nats)",
           "NetShare mean EMD / real range", "C2ST AUC row (no IP/time)",
           "TSTR accuracy (mean of 5)", "TSTR macro-F1"]


def read(name):
    """The IPv4 rows of a flow log, with the label that its README defines as `type`."""
    text = subprocess.run(["zstd", "-dcq", SHARED / f"data/flows/{name}.csv.zst"], check=True,
                          capture_output=True, text=True).stdout
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(text)
        file.flush()
        rows = pandas.read_csv(file.name, keep_default_na=False)
    if "detailedlabel" in rows:
        bare = rows.detailedlabel.isin(["(empty)", "-", ""])
        rows["type"] = rows.label.where(bare, rows.detailedlabel).str.lower()
    is_v6 = rows.srcip.str.contains(":") | rows.dstip.str.contains(":")
    return rows[~is_v6]


def training_part(name):
    """What the reference runs saw: 80 % of workstation (order of seed 1), all of cloudserver."""
    rows = read(name)
    if name == "workstation":
        rows = rows.sample(frac=1, random_state=1).iloc[: int(len(rows) * 0.8)]
    return rows.sort_values("ts")[COLUMNS]


def headline(found):
    """The scorer's headline figures, wherever its report keeps them."""
    if isinstance(found, dict):
        if "headline" in found:
            return found["headline"]
        for value in found.values():
            result = headline(value)
            if result:
                return result
    return None


def score(real, synthetic, folder):
    report = folder / "score.json"
    subprocess.run(["/usr/bin/python3", SHARED / "score/score.py", "--kind", "netflow",
                    "--real", real, "--synth", f"s={synthetic}", "--label-col", "type",
                    "--split", "random",
                    "--skip", "sketch,netml,privacy", "--quiet", "--json", report],
                   check=True, stdout=subprocess.DEVNULL)
    return headline(json.loads(report.read_text()))


def synthesize(real, output, epsilon, delta, seed):
    command = [PROGRAM, "synthesize", real, "-o", output, "--seed", str(seed), "--force", "--quiet"]
    if epsilon:
        command += ["--epsilon", str(epsilon), "--delta", repr(delta)]
    subprocess.run(command, check=True)


def cell(values):
    mean = statistics.mean(values)
    spread = f" ({min(values):.3f}..{max(values):.3f})" if len(values) > 1 else ""
    return f"{mean:.3f}{spread}"


def row(name, figures):
    print(f"| {name} | " + " | ".join(cell([f[m] for f in figures]) for m in METRICS) + " |",
          flush=True)


def run(name, epsilons, seeds, folder):
    rows = training_part(name)
    real = folder / f"{name}.csv"
    rows.to_csv(real, index=False)
    print(f"\n{name}: {len(rows)} rows, delta = 1/n^2\n")
    print("| | " + " | ".join(METRICS) + " |\n" + "|---" * (len(METRICS) + 1) + "|")
    reference = folder / "netdpsyn.csv"
    with reference.open("w") as file:
        packed = SHARED / f"references_measured/netdpsyn_{name}_eps2.csv.zst"
        subprocess.run(["zstd", "-dcq", packed], check=True, stdout=file)
    row("NetDPSyn, claimed epsilon 2", [score(real, reference, folder)])
    for epsilon in epsilons:
        figures = []
        for seed in range(1, seeds + 1):
            output = folder / "twin.csv"
            synthesize(real, output, epsilon, len(rows) ** -2.0, seed)
            figures.append(score(real, output, folder))
        row(f"TraceTwin, epsilon {epsilon:g}" if epsilon else "TraceTwin, no noise", figures)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epsilon", type=float, action="append", help="0 means no noise")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--trace", action="append", choices=["workstation", "cloudserver"])
    options = parser.parse_args()
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is missing: run scripts/build.sh release first")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.trace or ["workstation", "cloudserver"]:
            run(name, options.epsilon or [2.0], options.seeds, pathlib.Path(folder))


if __name__ == "__main__":
    main()
