"""tools/check_style.py catches what it is for and leaves the rest alone."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_style


def findings(text, name="src/base/a.cc"):
    return [what for _, what in check_style.check_file(name, text)]


class CheckStyle(unittest.TestCase):
    def assert_one(self, word, text, name="src/base/a.cc"):
        found = findings(text, name)
        self.assertEqual(len(found), 1, found)
        self.assertIn(word, found[0])

    def test_sound_code_passes(self):
        text = "namespace a {\nint f() { return 1'000; }  // new things\n}\n"
        self.assertEqual(findings(text), [])

    def test_lines(self):
        self.assertEqual(findings("x" * 100 + "\n"), [])
        self.assert_one("101 columns", "x" * 101 + "\n")
        self.assert_one("tab", "int\tx;\n")
        self.assert_one("space at the end", "int x; \n")

    def test_words(self):
        self.assert_one("unfinished", "// TO" "DO later\n")
        self.assert_one("unfinished", "# FIX" "ME\n", "docs/a.md")
        self.assert_one("one machine", "see /ho" "me/me/a.txt\n", "docs/a.md")
        self.assert_one("using namespace std", "using namespace std;\n")
        self.assert_one("naked new", "auto* x = new Thing();\n")

    def test_words_inside_literals_and_names_pass(self):
        self.assertEqual(findings('auto s = "using namespace std; new X";\nint new_x = 1;\n'), [])

    def test_headers_have_a_guard(self):
        self.assert_one("#pragma once", "int x;\n", "src/base/a.h")
        self.assertEqual(findings("#pragma once\n", "src/base/a.h"), [])

    def test_length_of_a_function(self):
        def function(lines):
            return "namespace a {\nvoid f(int x) {\n" + "  x;\n" * (lines - 2) + "}\n}\n"
        self.assertEqual(findings(function(70)), [])
        self.assert_one("f: 71 lines", function(71))

    def test_braces_that_are_no_function(self):
        rows = "  {1, (2)},\n" * 90
        self.assertEqual(findings("constexpr Row kRows[] = {\n" + rows + "};\n"), [])
        self.assertEqual(findings("class A {\n" + "  int f();\n" * 90 + "};\n"), [])

    def test_a_constructor_with_braced_members(self):
        text = "A::A(int a) : a_{a}, b_{a} {\n" + "  f();\n" * 80 + "}\n"
        self.assert_one("82 lines", text)

    def test_length_of_a_file(self):
        self.assertEqual(findings("int x;\n" * 400), [])
        self.assert_one("401 lines", "int x;\n" * 401)


if __name__ == "__main__":
    unittest.main()
