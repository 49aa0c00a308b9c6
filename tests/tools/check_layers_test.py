"""tools/check_layers.py catches what it is for."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_layers


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name)
        for header in ("base/text.h", "trace/packet.h", "dp/noise.h", "pipeline/run.h"):
            self.write(header, "#pragma once\n")

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_arrows_that_go_down_pass(self):
        self.write("trace/packet.cc", '#include "base/text.h"\n#include <vector>\n')
        self.write("cli/main.cc", '#include "pipeline/run.h"\n#include "base/text.h"\n')
        self.assertEqual(check_layers.check(self.source), [])

    def test_an_arrow_that_goes_up_is_named_with_its_line(self):
        self.write("trace/packet.cc", '#include <vector>\n  #  include "dp/noise.h"\n')
        (message,) = check_layers.check(self.source)
        self.assertIn("packet.cc:2", message)
        self.assertIn('room trace must not include "dp/noise.h"', message)

    def test_rooms_side_by_side_do_not_see_each_other(self):
        self.write("dp/noise.cc", '#include "trace/packet.h"\n')
        self.assertEqual(len(check_layers.check(self.source)), 1)

    def test_a_room_may_see_a_folder_of_another(self):
        for header in ("engine/engine.h", "engine/doppelganger/options.h"):
            self.write(header, "#pragma once\n")
        self.write("netshare/plan.h", '#include "engine/doppelganger/options.h"\n')
        self.assertEqual(check_layers.check(self.source), [])
        self.write("netshare/plan.h", '#include "engine/engine.h"\n')
        self.assertEqual(len(check_layers.check(self.source)), 1)

    def test_a_header_that_is_not_there(self):
        self.write("base/text.cc", '#include "text.h"\n')
        self.assertIn("is no header", check_layers.check(self.source)[0])

    def test_an_unknown_room(self):
        self.write("attic/old.cc", "")
        self.assertIn("is no room", check_layers.check(self.source)[0])

    def test_the_rooms_have_no_cycle(self):
        known = []
        for room, uses in check_layers.ROOMS.items():
            self.assertLessEqual({use.split("/")[0] for use in uses}, set(known), room)
            known.append(room)


if __name__ == "__main__":
    unittest.main()
