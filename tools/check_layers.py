#!/usr/bin/python3
"""Checks that includes between the rooms of src/ follow the arrows of the architecture.

    tools/check_layers.py [SOURCE_FOLDER]

Each room may include headers of itself and of the rooms, or folders of rooms, named in ROOMS; a
folder that is not there is an error too, so that a new room is entered here with its charter.
Prints one line a violation, file:line first, and exits with 1 when there is any.
"""
import pathlib
import re
import sys

BELOW_ENGINE = ["base", "work", "schema", "dp", "marginal"]
BELOW_PIPELINE = [
    "base", "work", "trace", "schema", "dp", "compile", "encode", "where", "intake", "marginal",
    "engine", "series", "tokens", "netshare"]
ROOMS = {
    "base": [],
    "work": ["base"],
    "s3": ["base"],
    "trace": ["base", "s3"],
    "schema": ["base", "trace"],
    "dp": ["base"],
    "compile": ["base", "trace"],
    "encode": ["base", "work", "trace", "schema", "dp", "compile"],
    "where": ["base", "trace", "schema", "dp", "compile", "encode"],
    "intake": ["base", "s3", "trace", "schema", "dp", "compile", "encode", "where"],
    "marginal": ["base", "work", "schema", "dp"],
    "engine": BELOW_ENGINE,
    "series": ["base", "trace", "schema", "dp", "compile", "encode", "marginal", "engine"],
    "tokens": ["base", "trace", "schema", "dp", "compile", "encode", "engine"],
    "neural": ["base", "dp", "engine"],
    "netshare": ["base", "engine/doppelganger"],
    "evaluate": ["base", "work", "trace"],
    "tune": ["base", "evaluate"],
    "stream": ["base", "trace"],
    "pipeline": BELOW_PIPELINE + ["evaluate"],
    "audit": BELOW_PIPELINE + ["pipeline"],
    "cli": BELOW_PIPELINE + ["s3", "pipeline", "audit", "evaluate", "tune", "stream"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def violations_of(path, room, source):
    """Messages for one file: includes of rooms above or beside its own, or of no room at all."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found.group(1)
        place = f"{path}:{number}"
        if not (source / target).is_file():
            yield f'{place}: "{target}" is no header under {source.name}/ (use <> for libraries)'
        elif not any(target.startswith(f"{place_in}/") for place_in in [room] + ROOMS[room]):
            yield f'{place}: room {room} must not include "{target}"'


def check(source):
    messages = []
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        room = path.relative_to(source).parts[0]
        if room not in ROOMS:
            messages.append(f"{path}: folder {room} is no room of tools/check_layers.py")
        else:
            messages.extend(violations_of(path, room, source))
    return messages


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "src"
    messages = check(source)
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
