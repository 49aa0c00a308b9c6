#!/usr/bin/python3
"""Ends runs of tracetwin by kill -9 at random moments and holds what the same command makes when it
is run again against what an undisturbed run makes.

    tools/fault_campaign.py PROGRAM [--kills 50] [--seed 1] [--only NAME] [--table FILE]

Every kind of run has its turn: training (tables with a guarantee, on one process and on two ranks;
networks in chunks, whose workers are ended, too), generation with its writing, evaluation. A kill
hits the process, one of its workers or ranks, or all of them. After it the command is run again,
and hit again with the probability AGAIN, until it is let through. Outputs must be the same bytes;
with noise of the operating system, which no two runs share, what was drawn before a kill must stand
in the work folder after it, and the model must be the one that these releases make. Prints a table
in Markdown and exits with 1 when anything differs.
"""
import argparse
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

AGAIN = 0.3
LONGEST = 900  # seconds that a run may take
NOTICED = 20  # seconds in which a launcher has to see that one of its processes was ended
ROOT = pathlib.Path(__file__).resolve().parent.parent
NETWORKS = (
    "--method doppelganger --iterations 60 --chunks 3 --max-flow-length 16 --candidates 1 "
    "--network batch_size=32 --network attribute_units=32 --network critic_units=32 "
    "--network attribute_critic_units=32 --network feature_units=16 --network sample_len=4")
MPIRUN = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 "
TRAIN = "train flows.csv -o out.twin --seed 3 "
TABLES = TRAIN + "--epsilon 2 --insecure-test-seed 5"
GENERATE = "generate model.twin -o out.csv -n 400000 --seed 4"

# Name, launcher, arguments (the work folder is added), output.
RUNS = [
    ("training, tables", "", TABLES, "out.twin"),
    ("training, tables, noise of the system", "", TRAIN + "--epsilon 2", "out.twin"),
    ("training, tables, 2 ranks", MPIRUN, TABLES, "out.twin"),
    ("training, chunks of networks", "", TRAIN + NETWORKS, "out.twin"),
    ("training, chunks of networks, 2 ranks", MPIRUN, TRAIN + NETWORKS, "out.twin"),
    ("generation and writing", "", GENERATE, "out.csv"),
    ("generation and writing, 2 ranks", MPIRUN, GENERATE, "out.csv"),
    ("evaluation", "", "evaluate flows.csv twin.csv --quick --json out.json", "out.json"),
]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def tree_of(pid):
    """A process and all that descend from it."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for at in found:
        found.extend(children.get(at, []))
    return found


def end(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def whole_entries(journal):
    """The releases of a journal that were written to their end, as work/record.h has them."""
    entries, rest = [], journal.read_bytes() if journal.exists() else b""
    while rest.startswith(b"tracetwin record ") and b"\n" in rest:
        head, behind = rest.split(b"\n", 1)
        size = int(head.split()[2])
        if size > len(behind):
            break
        entries.append(behind[:size])
        rest = behind[size:]
    return entries


class Campaign:
    def __init__(self, program, folder, seed):
        self.program = program
        self.folder = folder
        self.random = random.Random(seed)
        self.releases = folder / "work" / "releases"

    def start(self, launcher, arguments):
        command = f"{launcher}{self.program} {arguments} --work-folder work --threads 2 -q -f"
        return subprocess.Popen(command.split(), cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def finish(self, process, longest=LONGEST):
        """Exit code and what it said."""
        try:
            said = process.communicate(timeout=longest)[1]
        except subprocess.TimeoutExpired:
            end(tree_of(process.pid))
            said = process.communicate()[1]
        return process.returncode, said.decode(errors="replace")

    def disturb(self, process, seconds):
        """Kills something of a run at a random moment; False when it had ended before."""
        time.sleep(self.random.uniform(0, seconds))
        if process.poll() is not None:
            return False
        pids = tree_of(process.pid)
        chosen = self.random.choice(pids)
        everything = self.random.random() < 0.5 or chosen == process.pid
        end(pids if everything else [chosen])
        # mpirun stands still when a rank is ended between its fork and its exec.
        self.finish(process, NOTICED if process.args[0] == "mpirun" else LONGEST)
        end(pids)
        return True

    def clean(self, output):
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        for path in (output, output + ".summary.json"):
            (self.folder / path).unlink(missing_ok=True)

    def undisturbed(self, launcher, arguments, output):
        """Digests of the output and of the releases, and how long it takes."""
        self.clean(output)
        began = time.monotonic()
        code, said = self.finish(self.start(launcher, arguments))
        if code != 0:
            sys.exit(f"{arguments}: {said}")
        seconds = time.monotonic() - began
        return (digest(self.folder / output), digest(self.releases)), seconds

    def judge(self, launcher, arguments, output, expected):
        """Lets the command through; what is wrong with what it left."""
        drawn = whole_entries(self.releases)
        code, said = self.finish(self.start(launcher, arguments))
        made = digest(self.folder / output)
        if code != 0:
            return [f"exit {code}: {said.strip()}"]
        if whole_entries(self.releases)[:len(drawn)] != drawn:
            return ["noise that was drawn is gone"]
        if "--epsilon" in arguments and "--insecure" not in arguments:
            self.finish(self.start(launcher, arguments))
            same = digest(self.folder / output) == made
            return [] if same else ["another output of the same noise"]
        if made != expected[0]:
            return ["another output"]
        return [] if digest(self.releases) == expected[1] else ["other noise than undisturbed"]

    def strike(self, run, expected, seconds):
        """One run that is hit until it is let through: kills, and what went wrong."""
        _, launcher, arguments, output = run
        self.clean(output)
        kills, wrong = 0, []
        while kills == 0 or self.random.random() < AGAIN:
            drawn = whole_entries(self.releases)
            if not self.disturb(self.start(launcher, arguments), seconds):
                break
            kills += 1
            if whole_entries(self.releases)[:len(drawn)] != drawn:
                wrong.append("noise that was drawn is gone")
        return kills, wrong + self.judge(launcher, arguments, output, expected)


def prepare(program, folder):
    sample = ROOT / "examples" / "sample.flows.csv.zst"
    for command in (f"zstd -dq {sample} -o flows.csv",
                    f"{program} train flows.csv -o model.twin --seed 1 -q",
                    f"{program} generate model.twin -o twin.csv --seed 1 -q"):
        subprocess.run(command.split(), cwd=folder, check=True)


def row_of(campaign, run, share):
    """A row of the table, and whether all was well."""
    expected, seconds = campaign.undisturbed(*run[1:])
    kills, wrong = 0, []
    while kills < share:
        more, found = campaign.strike(run, expected, seconds)
        kills += more
        wrong += found
    for text in wrong:
        print(f"{run[0]}: {text}", file=sys.stderr)
    noise = [text for text in wrong if "noise" in text]
    drawn = "-" if expected[1] is None else "NO" if noise else "yes"
    output = "yes" if len(wrong) == len(noise) else "NO"
    return f"| {run[0]} | {seconds:.1f} s | {kills} | {output} | {drawn} |", not wrong


def main():
    parser = argparse.ArgumentParser(description="ends runs at random moments")
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--table", type=pathlib.Path)
    asked = parser.parse_args()
    runs = [run for run in RUNS if asked.only in run[0]
            and not (run[1] and shutil.which("mpirun") is None)]
    rows = ["| run | undisturbed | kills | same output | noise drawn once |",
            "|---|---|---|---|---|"]
    well = True
    with tempfile.TemporaryDirectory() as temporary:
        program = asked.program.resolve()
        prepare(program, pathlib.Path(temporary))
        campaign = Campaign(program, pathlib.Path(temporary), asked.seed)
        for run in runs:
            row, good = row_of(campaign, run, -(-asked.kills // len(runs)))
            rows.append(row)
            print(row, file=sys.stderr, flush=True)
            well = well and good
    text = "\n".join(rows) + "\n"
    print(text, end="")
    if asked.table:
        asked.table.write_text(text)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
