#!/usr/bin/python3
"""Runs clang-tidy (the checks of .clang-tidy) over src/, in parallel.

    tools/run_tidy.py BUILD_FOLDER [FILE…]

BUILD_FOLDER has compile_commands.json. A file that was clean is not looked at again until it, a
header of the project that it includes, or .clang-tidy changes; the record of that lies in
BUILD_FOLDER/tidy. Prints the findings and exits with 1 when there is any.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# GCC's warning names that clang does not know are no finding.
EXTRA = ["--quiet", "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-error"]


def closure(path, seen):
    """`path` and every header of src/ that it reaches, into `seen`: path -> content."""
    if path in seen or not path.is_file():
        return seen
    seen[path] = path.read_bytes()
    for target in INCLUDE.findall(seen[path]):
        closure(ROOT / "src" / target.decode(), seen)
    return seen


def fingerprint(path):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for name, content in sorted(closure(path, {}).items()):
        digest.update(str(name.relative_to(ROOT)).encode() + b"\0" + content)
    return digest.hexdigest()


def look_at(path, build):
    stamp = build / "tidy" / fingerprint(path)
    if stamp.exists():
        return True, ""
    found = subprocess.run(["clang-tidy", *EXTRA, "-p", str(build), str(path)],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if found.returncode == 0:
        stamp.write_text(str(path.relative_to(ROOT)) + "\n")
    return found.returncode == 0, found.stdout


def compiled_sources(build):
    entries = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries}
    return sorted(path for path in files if path.is_relative_to(ROOT / "src"))


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(sys.argv[1]).resolve()
    files = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or compiled_sources(build)
    (build / "tidy").mkdir(exist_ok=True)
    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for passed, output in pool.map(lambda path: look_at(path, build), files):
            clean = clean and passed
            if not passed:
                print(output)
    print(f"clang-tidy: {len(files)} files")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
