#!/usr/bin/python3
"""Runs clang-tidy (the checks of .clang-tidy) over src/, in parallel.

Not over src/neural: clang 14 cannot read the headers of Debian's libtorch.

    tools/run_tidy.py [--short] BUILD_FOLDER [FILE…]

BUILD_FOLDER has compile_commands.json. A file that was clean is not looked at again until it, a
header of the project that it includes, or .clang-tidy changes; the record of that lies in
BUILD_FOLDER/tidy. Prints the findings and exits with 1 when there is any.

With --short, when more than SHORT files would have to be looked at (about 20 seconds each on one
core), only those of them are that differ from the branch `main`, or from the commit before on
`main` itself; headers by the source file beside them.
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
SHORT = 30
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


def write_commands(build):
    """The compiler's commands without GCC's precompiled headers, which clang cannot read."""
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        entry["command"] = re.sub(r" -include \S*cmake_pch\.hxx", "", entry["command"])
    (build / "tidy" / "compile_commands.json").write_text(json.dumps(entries))


def look_at(path, build):
    stamp = build / "tidy" / fingerprint(path)
    if stamp.exists():
        return True, ""
    found = subprocess.run(["clang-tidy", *EXTRA, "-p", str(build / "tidy"), str(path)],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if found.returncode == 0:
        stamp.write_text(str(path.relative_to(ROOT)) + "\n")
    return found.returncode == 0, found.stdout


def sources():
    return sorted(path for path in (ROOT / "src").rglob("*.cc")
                  if not path.is_relative_to(ROOT / "src/neural"))


def git(*arguments):
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    return done.stdout.split() if done.returncode == 0 else []


def changed_sources():
    """Source files that differ, or whose header does, from the state described above."""
    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "main") or git("merge-base", "HEAD", "origin/main")
    if not base or base == head:
        base = ["HEAD~1"]
    names = git("diff", "--name-only", base[0]) + git("ls-files", "--others", "--exclude-standard")
    return {(ROOT / name).with_suffix(".cc") for name in names if name.endswith((".h", ".cc"))}


def shortened(files, build):
    stale = [path for path in files if not (build / "tidy" / fingerprint(path)).exists()]
    if len(stale) <= SHORT:
        return files
    changed = changed_sources()
    chosen = [path for path in stale if path in changed]
    print(f"clang-tidy: {len(stale)} files are not known to be clean, looking at the "
          f"{len(chosen)} that changed; for all: tools/run_tidy.py {build}")
    return chosen


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--short"]
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(arguments[0]).resolve()
    files = [pathlib.Path(name).resolve() for name in arguments[1:]] or sources()
    (build / "tidy").mkdir(exist_ok=True)
    write_commands(build)
    if "--short" in sys.argv[1:]:
        files = shortened(files, build)
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
