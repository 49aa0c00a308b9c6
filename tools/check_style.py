#!/usr/bin/python3
"""Checks the habits of the house that clang-format and the compiler do not.

    tools/check_style.py [ROOT]

Without ROOT, looks at the files that git tracks in this project (all files where there is no
git). Prints one line a finding, file:line first, and exits with 1 when there is any.
"""
import pathlib
import re
import subprocess
import sys

MAX_COLUMNS = 100
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 70

# Longer on purpose: "path": "reason" and "path:function": "reason".
LONG_FILES = {
    "tests/trace/assemble_test.cc": "a reference assembler stands beside the cases",
    "tests/trace/decode_test.cc": "one case a link type and header",
}
LONG_FUNCTIONS = {}

CODE = (".h", ".cc")
TEXT = CODE + (".py", ".sh", ".md", ".txt", ".cmake", ".json", ".yml", "")
WIDE = CODE + (".py", ".sh")

# Written in two halves, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|ho" r"me|root|farm)/")
USING_STD = re.compile(r"\busing\s+namespace\s+std\s*;")
NAKED_NEW = re.compile(r"(?<![\w_])new\s+[A-Za-z_:<]")

NOT_A_FUNCTION = re.compile(
    r"^\s*(?:\[\[.*\]\]\s*)?(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b")
LITERAL = re.compile(
    r'R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"  # a character, not the ' of 1'000
    r"|//[^\n]*|/\*.*?\*/", re.DOTALL)


def without_literals(text):
    """The code with comments and the insides of literals blanked, line breaks kept."""
    def blank(found):
        kept = re.sub(r"[^\n]", " ", found.group(0))
        return kept if found.group(0).startswith("/") else '"' + kept[1:-1] + '"'
    return LITERAL.sub(blank, text)


def function_name(head):
    found = re.search(r"([\w~:]+)\s*\(", head)
    return found.group(1) if found else "constructor"


def functions(code):
    """(name, line, length) of every outermost function body: a brace that opens while no function
    is open, behind a head that has a ')' and is no type. What follows a member initialiser in
    braces (another one, or the constructor's body) has a head that is empty or begins with ','."""
    stack = []
    head_start = 0
    line = 1
    for index, letter in enumerate(code):
        if letter == "\n":
            line += 1
        elif letter == "{":
            head = " ".join(code[head_start:index].split())
            inside = any(name for name, _ in stack)
            has_head = ")" in head or head == "" or head.startswith(",")
            is_function = not inside and has_head and not NOT_A_FUNCTION.match(head)
            stack.append((function_name(head) if is_function else None, line))
            head_start = index + 1
        elif letter == "}":
            if stack:
                name, opened = stack.pop()
                if name:
                    yield name, opened, line - opened + 1
            head_start = index + 1
        elif letter == ";":
            head_start = index + 1


def check_code(name, text):
    code = without_literals(text)
    if name.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "header without #pragma once"
    for number, line in enumerate(code.splitlines(), 1):
        if USING_STD.search(line):
            yield number, "using namespace std"
        if NAKED_NEW.search(line) and not line.lstrip().startswith("#"):
            yield number, "naked new: use std::make_unique or a container"
    for function, number, length in functions(code):
        if length > MAX_FUNCTION_LINES and f"{name}:{function}" not in LONG_FUNCTIONS:
            yield number, f"{function}: {length} lines (limit {MAX_FUNCTION_LINES} a function)"


def check_file(name, text):
    suffix = pathlib.PurePath(name).suffix
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if suffix in WIDE and len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns (limit {MAX_COLUMNS})"
        if suffix in WIDE and "\t" in line:
            yield number, "tab"
        if suffix in WIDE and line != line.rstrip():
            yield number, "space at the end of the line"
        if UNFINISHED.search(line):
            yield number, "unfinished mark"
        if MACHINE_PATH.search(line):
            yield number, "path of one machine"
    if suffix in CODE and len(lines) > MAX_FILE_LINES and name not in LONG_FILES:
        yield 1, f"{len(lines)} lines (limit {MAX_FILE_LINES})"
    if suffix in CODE:
        yield from check_code(name, text)


def tracked_files(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.decode().split("\0") if name]
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]


def check(root):
    messages = []
    for name in sorted(tracked_files(root)):
        path = root / name
        if pathlib.PurePath(name).suffix not in TEXT or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        messages.extend(f"{name}:{line}: {what}" for line, what in check_file(name, text))
    return messages


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    messages = check(root if root.is_dir() else root.parent.parent)
    for message in messages:
        print(message)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
