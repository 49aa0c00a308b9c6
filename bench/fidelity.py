#!/usr/bin/python3
"""Fidelity of twins of the real traces, by the independent scorer, against NetDPSyn's outputs.

    bench/fidelity.py [--epsilon E]... [--seeds N] [--trace NAME]... [--method NAME]
                      [--declare-labels] [--quick] [--json FILE] [--also=OPTION]...

NAME is workstation, cloudserver or apps-1h (the flows of that capture, whose label is the service
port). Needs TRACETWIN_SHARED (default ../shared), the release build, and Debian's python3-pandas,
-scipy, -sklearn. Prints a Markdown table a trace, one row a metric, one column an epsilon: the mean
over seeds, the spread (min..max) in brackets. --declare-labels gives the list of labels as public.
--quick leaves out what trains classifiers, --also hands an option to `tracetwin synthesize`.
bench/plot_fidelity.py draws what --json keeps.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

import pandas

from scorer import result_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("TRACETWIN_SHARED", ROOT.parent / "shared"))
PROGRAM = pathlib.Path(os.environ.get("TRACETWIN_BINARY", ROOT / "build/release/src/cli/tracetwin"))
COLUMNS = ["srcip", "dstip", "srcport", "dstport", "proto", "ts", "td", "pkt", "byt", "type"]
HEADLINE = {
    "2-way TVD": "2-way TVD mean (no IP/time)",
    "2-way TVD, all pairs": "2-way TVD mean (all pairs)",
    "3-way TVD": "3-way TVD mean (no IP/time)", "mean JSD (nats)": "NetShare mean JSD (nats)",
    "mean EMD / range": "NetShare mean EMD / real range",
    "flow size EMD (log, range)": "flow size EMD (log, range)"}
CLASSIFIED = {
    "C2ST AUC, row": "C2ST AUC row (no IP/time)", "C2ST AUC, host": "C2ST AUC host",
    "TSTR accuracy": "TSTR accuracy (mean of 5)", "TSTR macro-F1": "TSTR macro-F1"}
HARD_RULES = ("T1 ", "T2 ", "T6", "T7 ", "T9", "T5b", "T10")  # T1b: apps-1h has loopback


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


def flows_of(capture):
    """The flows of a capture, labelled by the port of their service."""
    with tempfile.TemporaryDirectory() as folder:
        source = next((SHARED / "data/packets").glob(f"**/{capture}.pcap*"))
        table = pathlib.Path(folder) / "flows.csv"
        subprocess.run([PROGRAM, "convert", source, table, "--format", "flow-csv", "--quiet"],
                       check=True)
        rows = pandas.read_csv(table, keep_default_na=False)
    is_v6 = rows.srcip.str.contains(":") | rows.dstip.str.contains(":")
    rows = rows[~is_v6]
    common = rows.dstport.value_counts().index[:8]
    rows["type"] = rows.dstport.where(rows.dstport.isin(common), 0).map("port-{}".format)
    return rows


def training_part(name):
    """What the reference runs saw: 80 % of workstation (order of seed 1), all of the others."""
    if name == "apps-1h":
        return flows_of(name).sort_values("ts")[COLUMNS]
    rows = read(name)
    if name == "workstation":
        rows = rows.sample(frac=1, random_state=1).iloc[: int(len(rows) * 0.8)]
    return rows.sort_values("ts")[COLUMNS]


def score(real, synthetic, quick):
    report = synthetic.with_suffix(".json")
    skipped = "sketch,netml,privacy" + (",c2st,tstr" if quick else "")
    subprocess.run(["/usr/bin/python3", SHARED / "score/score.py", "--kind", "netflow",
                    "--real", real, "--synth", f"s={synthetic}", "--label-col", "type",
                    "--split", "random", "--skip", skipped, "--quiet", "--json", report],
                   check=True, stdout=subprocess.DEVNULL)
    result = result_of(json.loads(report.read_text()))
    figures = {name: result["headline"][key] for name, key in HEADLINE.items()}
    if not quick:
        figures |= {name: result["headline"][key] for name, key in CLASSIFIED.items()}
        for model in ("RF", "GB"):
            figures[f"TSTR accuracy, {model}"] = result["tstr"]["models"][model]["TSTR_acc"]
        figures["TSTR macro-F1, RF"] = result["tstr"]["models"]["RF"]["TSTR_f1"]
    figures["EMD of logarithms / range, worst of td, pkt, byt"] = max(
        result["fields"][field]["emd_log"] for field in ("td", "pkt", "byt"))
    passed = {rule: entry["pass_pct"] for rule, entry in result["validity"]["synth"].items()
              if entry["pass_pct"] is not None}
    figures["hard validity rules, %"] = min(
        share for rule, share in passed.items() if rule.startswith(HARD_RULES))
    figures["port/protocol rule, %"] = next(
        (share for rule, share in passed.items() if rule.startswith("T3 ")), 100.0)
    return figures


def one_run(real, epsilon, delta, seed, options):
    output = real.with_name(f"{real.stem}-{epsilon}-{seed}.csv")
    command = [PROGRAM, "synthesize", real, "-o", output, "--seed", str(seed), "--force", "--quiet",
               "--method", options.method, *options.also]
    if epsilon:
        command += ["--epsilon", str(epsilon), "--delta", repr(delta)]
    if options.declare_labels:
        command += ["--schema", real.with_suffix(".schema.json")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = score(real, output, options.quick)
    output.unlink()
    return figures | {"processor seconds": cpu}


def cell(values):
    mean = statistics.mean(values)
    spread = f" ({min(values):.3f}..{max(values):.3f})" if len(values) > 1 else ""
    return f"{mean:.3f}{spread}"


def print_table(columns):
    print("| | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 1) + "|")
    for metric in next(iter(columns.values()))[-1]:
        cells = [cell([f[metric] for f in figures if metric in f] or [float("nan")])
                 for figures in columns.values()]
        print(f"| {metric} | " + " | ".join(cells) + " |", flush=True)


def reference_of(name, real, quick):
    packed = SHARED / f"references_measured/netdpsyn_{name}_eps2.csv.zst"
    if not packed.exists():
        return []
    reference = real.with_name(f"{name}-netdpsyn.csv")
    with reference.open("w") as file:
        subprocess.run(["zstd", "-dcq", packed], check=True, stdout=file)
    return [score(real, reference, quick)]


def run(name, options, folder):
    rows = training_part(name)
    real = folder / f"{name}.csv"
    rows.to_csv(real, index=False)
    labels = {"type": {"kind": "category", "values": sorted(rows.type.astype(str).unique())}}
    real.with_suffix(".schema.json").write_text(json.dumps({"columns": labels}))
    print(f"\n{name}: {len(rows)} rows, delta = 1/n^2, method {options.method}\n")
    columns = {f"epsilon {e:g}" if e else "no noise":
               [one_run(real, e, len(rows) ** -2.0, seed, options)
                for seed in range(1, options.seeds + 1)]
               for e in options.epsilon or [2.0]}
    reference = reference_of(name, real, options.quick)
    if reference:
        columns["NetDPSyn, claimed 2"] = reference
    print_table(columns)
    return columns


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epsilon", type=float, action="append", help="0 means no noise")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trace", action="append",
                        choices=["workstation", "cloudserver", "apps-1h"])
    parser.add_argument("--method", default="cliquetree")
    parser.add_argument("--also", action="append", default=[])
    parser.add_argument("--declare-labels", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is missing: run scripts/build.sh release first")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.trace or ["workstation", "cloudserver", "apps-1h"]:
            found[name] = run(name, options, pathlib.Path(folder))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
