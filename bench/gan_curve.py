#!/usr/bin/python3
"""Quality of the time-series GAN against CPU time, by the independent scorer.

    bench/gan_curve.py TRACE [--iterations N]... [--seed S] [--json FILE] [-- TRAIN_OPTIONS…]

Trains TRACE (a flow log or a capture) to each number of iterations in turn, going on from the one
before, and scores the twin made there. Prints a Markdown table: CPU seconds of training so far
(user and system, worker included; of its one thread), mean JSD, relative EMD, pairwise distance,
two-sample AUC, usefulness, flow sizes. Needs TRACETWIN_SHARED (default ../shared), the release
build, and Debian's python3-pandas, -scipy, -sklearn.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

from scorer import result_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("TRACETWIN_SHARED", ROOT.parent / "shared"))
PROGRAM = pathlib.Path(os.environ.get("TRACETWIN_BINARY", ROOT / "build/release/src/cli/tracetwin"))
COLUMNS = {
    "CPU s": None,
    "mean JSD": "NetShare mean JSD (nats)",
    "EMD / range": "NetShare mean EMD / real range",
    "2-way TVD": "2-way TVD mean (no IP/time)",
    "2-way TVD, all": "2-way TVD mean (all pairs)",
    "AUC core": "C2ST AUC row (no IP/time)",
    "AUC all": "C2ST AUC row (all)",
    "TSTR accuracy": "TSTR accuracy (mean of 5)",
    "TSTR macro-F1": "TSTR macro-F1",
    "flow size EMD": "flow size EMD (log, range)",
}


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"tracetwin {arguments[0]} failed: {done.stderr}")


def score(real, twin, capture, label):
    with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
        command = ["/usr/bin/python3", SHARED / "score/score.py", "--real", real,
                   "--synth", f"twin={twin}", "--kind", "pcap" if capture else "netflow",
                   "--skip", "sketch,netml,privacy", "--json", file.name, "--quiet"]
        command += ["--label-col", label] if label else []
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return result_of(json.load(file))["headline"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", type=pathlib.Path)
    parser.add_argument("--iterations", type=int, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--label")
    parser.add_argument("--json", type=pathlib.Path)
    options, more = parser.parse_known_args()
    capture = "pcap" in options.trace.suffixes[0]
    rows = []
    spent = 0.0
    print("| iterations | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "model.twin"
        twin = folder / ("twin.pcap" if capture else "twin.csv")
        for iterations in options.iterations or [250, 500, 1000, 2000, 4000]:
            before = cpu_of_children()
            run("train", options.trace, "-o", model, "-f", "--method", "doppelganger", "--seed",
                options.seed, "--iterations", iterations, "--work-folder", folder / "work",
                "--resume", "--candidates", 1, *[part for part in more if part != "--"])
            spent += cpu_of_children() - before
            run("generate", model, "-o", twin, "-f", "--seed", options.seed)
            headline = score(options.trace, twin, capture, options.label)
            row = {"iterations": iterations, "CPU s": spent}
            row.update({name: headline.get(key) for name, key in COLUMNS.items() if key})
            rows.append(row)
            cells = [f"{row[name]:.3f}" if isinstance(row[name], float) and name != "CPU s"
                     else f"{row[name]:.0f}" if row[name] is not None else "-" for name in COLUMNS]
            print(f"| {iterations} | " + " | ".join(cells) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
