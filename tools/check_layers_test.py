"""check-layers finds each fault in a small tree that has it, and none in one that has none."""

import unittest

from small_tree import run_check, small_tree

SOUND = {
    "LAYERS": "core\njson text\nstats\ncli\n",
    "truebound/core/result.h": "#pragma once\n#include <string>\n#include <sys/stat.h>\n",
    "truebound/json/value.cc": '#include <simdjson.h>\n#include "truebound/core/result.h"\n',
    "truebound/json/value_test.cc": '#include <gtest/gtest.h>\n#include "truebound/json/value.h"\n',
    "truebound/json/CMakeLists.txt": "truebound_room(json SOURCES value.cc USES core LINK yaml-cpp)\n",
    "truebound/cli/main.cc": '#include <CLI/CLI.hpp>\n#include "truebound/stats/interval.h"\n',
}


class CheckLayers(unittest.TestCase):
    def faults(self, **changed):
        with small_tree(SOUND, changed) as root:
            return run_check("check-layers", root)

    def test_a_sound_tree_passes(self):
        status, output = self.faults()
        self.assertEqual((status, output), (0, "layers: no fault\n"))

    def test_an_include_of_a_higher_room_is_named(self):
        status, output = self.faults(**{"truebound/core/up.cc": '#include "truebound/json/value.h"\n'})
        self.assertEqual(status, 1)
        self.assertIn("truebound/core/up.cc:1: 'core' may not include", output)

    def test_siblings_may_not_include_each_other(self):
        status, output = self.faults(**{"truebound/text/a.cc": '\n# include "truebound/json/value.h"\n'})
        self.assertEqual(status, 1)
        self.assertIn("truebound/text/a.cc:2: ", output)
        self.assertIn("stands beside it", output)

    def test_a_folder_that_is_not_listed_is_named(self):
        status, output = self.faults(**{"truebound/helpers/a.cc": "\n"})
        self.assertEqual(status, 1)
        self.assertIn("truebound/helpers: this folder is not in LAYERS", output)

    def test_cmake_may_not_link_upward(self):
        for text in (
            "truebound_room(json SOURCES value.cc USES core stats)\n",
            "target_link_libraries(truebound_json PUBLIC truebound_stats)\n",
        ):
            status, output = self.faults(**{"truebound/json/CMakeLists.txt": text})
            self.assertEqual(status, 1)
            self.assertIn("may not link truebound_stats", output)

    def test_a_library_stays_in_its_folder_and_out_of_headers(self):
        for file, line in (
            ("truebound/core/a.cc", "#include <simdjson.h>"),
            ("truebound/text/a.cc", "#include <boost/math/distributions/beta.hpp>"),
            ("truebound/json/value.h", "#include <yaml-cpp/yaml.h>"),
            ("truebound/json/a.cc", "#include <nlohmann/json.hpp>"),
            ("truebound/json/a.cc", "#include <gtest/gtest.h>"),
        ):
            status, output = self.faults(**{file: line + "\n"})
            self.assertEqual(status, 1, line)
            self.assertIn(f"{file}:1: ", output)

    def test_a_header_of_tests_may_use_their_library(self):
        scratch = {"truebound/json/scratch.h": "#include <gtest/gtest.h>\n"}
        user = '#include "truebound/json/scratch.h"\n'
        self.assertEqual(self.faults(**scratch, **{"truebound/json/a_test.cc": user})[0], 0)
        self.assertEqual(self.faults(**scratch, **{"truebound/json/a.cc": user})[0], 1)

    def test_quotes_mean_ours_and_angle_brackets_theirs(self):
        for line in ('#include "value.h"', '#include "fmt/core.h"', "#include <truebound/core/result.h>"):
            status, output = self.faults(**{"truebound/json/a.cc": line + "\n"})
            self.assertEqual(status, 1, line)


if __name__ == "__main__":
    unittest.main()
