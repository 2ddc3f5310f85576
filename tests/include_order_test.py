#!/usr/bin/env python3
"""The architecture, checked on #include lines: src/CMakeLists.txt lists the folders of src/ in order.

- A folder includes itself and those above it in the list, never one below.
- Stages do not include one another.
- No loops of units, a unit being name.h with its name.cc (in include/ each header is one): what one includes never
  leads back to it.
- Public headers include the standard library and one another; a program includes them, its own and apps/common.
- The C++ layer stands on the C interface alone: nothing in src/ includes it, only the plain values beside it.
"""

import os
import re
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
LOCAL = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ANY = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
SOURCES = (".h", ".hpp", ".cc", ".cu", ".cuh", ".in")


def bands():
    """The folders by band, in order: {"Foundations": [...], "Stages": [...], "Compositions": [...]}."""
    found, band = {}, None
    with open(os.path.join(ROOT, "src", "CMakeLists.txt")) as file:
        for line in file:
            if title := re.match(r"# (Foundations|Stages|Compositions|Training)\b", line):
                band = title[1]
                found[band] = []
            elif folder := re.match(r"add_subdirectory\((\w+)\)", line):
                found[band].append(folder[1])
    return found


def sources(*folders):
    """(path from the root, text) of every C++ file below the folders."""
    for folder in folders:
        for parent, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(names):
                if name.endswith(SOURCES):
                    path = os.path.join(parent, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, ROOT), file.read()


def units():
    """The units below src, apps and include, by path without ending: the set of those that each includes."""
    texts = {}
    for path, text in sources("src", "apps", "include"):
        texts.setdefault(path if path.startswith("include") else os.path.splitext(path)[0], []).append(text)
    graph = {}
    for unit, parts in texts.items():
        graph[unit] = set()
        for include in LOCAL.findall("\n".join(parts)):
            name = os.path.splitext(include)[0]
            beside = os.path.join(os.path.dirname(unit), name)
            for candidate in (os.path.join("src", name), os.path.join("apps", name), os.path.join("include", include), beside):
                if candidate in texts and candidate != unit:
                    graph[unit].add(candidate)
    return graph


def loops(graph):
    """The strongly connected sets of more than one unit (Tarjan)."""
    number, low, stack, found = {}, {}, [], []

    def visit(unit):
        number[unit] = low[unit] = len(number)
        stack.append(unit)
        for other in sorted(graph[unit]):
            if other not in number:
                visit(other)
            if other in stack:
                low[unit] = min(low[unit], low[other])
        if low[unit] == number[unit]:
            at = stack.index(unit)
            if len(stack) - at > 1:
                found.append(set(stack[at:]))
            del stack[at:]

    for unit in sorted(graph):
        if unit not in number:
            visit(unit)
    return found


class IncludeOrder(unittest.TestCase):
    def setUp(self):
        self.bands = bands()
        self.order = [folder for band in self.bands.values() for folder in band]

    def test_the_list_names_every_folder(self):
        on_disk = [f for f in os.listdir(os.path.join(ROOT, "src")) if os.path.isdir(os.path.join(ROOT, "src", f))]
        self.assertEqual(sorted(self.order), sorted(on_disk))
        self.assertEqual(list(self.bands), ["Foundations", "Stages", "Compositions", "Training"])

    def test_includes_point_up_the_list(self):
        seen = 0
        for path, text in sources("src"):
            own = path.split(os.sep)[1]
            for include in LOCAL.findall(text):
                folder = include.split("/")[0]
                if folder == "musicgen":
                    continue
                seen += 1
                self.assertIn(folder, self.order, f"{path} includes {include}")
                self.assertLessEqual(self.order.index(folder), self.order.index(own),
                                     f"{path} includes {include}, which stands below {own}")
        self.assertGreater(seen, 0)

    def test_stages_do_not_know_one_another(self):
        stages = self.bands["Stages"]
        for path, text in sources(*(os.path.join("src", stage) for stage in stages)):
            own = path.split(os.sep)[1]
            for include in LOCAL.findall(text):
                folder = include.split("/")[0]
                self.assertFalse(folder in stages and folder != own, f"{path} includes {include}")

    def test_no_unit_leads_back_to_itself(self):
        graph = units()
        self.assertGreater(sum(map(len, graph.values())), len(graph))
        self.assertEqual([sorted(loop) for loop in loops(graph)], [])

    def test_a_loop_would_be_found(self):
        self.assertEqual(loops({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set()}),
                         [{"a", "b", "c"}])
        self.assertEqual(loops({"a": {"b", "c"}, "b": {"c"}, "c": set()}), [])

    def test_only_tests_know_the_test_libraries(self):
        for path, text in sources("src", "apps", "include"):
            for include in ANY.findall(text):
                self.assertNotRegex(include, r"^(gtest|gmock|benchmark|ebur128)", path)

    def test_public_headers_stand_alone(self):
        for path, text in sources("include"):
            for include in ANY.findall(text):
                self.assertRegex(include, r"^(musicgen/[\w.]+|[a-z_0-9]+(\.h)?)$", path)

    def test_the_library_does_not_know_the_layer_above_it(self):
        graph = units()
        header = os.path.join("include", "musicgen", "musicgen.h")

        def stands_on_c(unit):
            return unit == header or any(map(stands_on_c, graph[unit]))

        seen = 0
        for unit, included in graph.items():
            if unit.startswith("src") and not unit.startswith(os.path.join("src", "c_api")):
                seen += 1
                self.assertEqual([other for other in included if other.startswith("include") and stands_on_c(other)], [], unit)
        self.assertGreater(seen, 0)

    def test_programs_use_the_public_headers_their_own_and_what_they_share(self):
        for path, text in sources("apps"):
            own = path.split(os.sep)[1]
            for include in LOCAL.findall(text):
                folder = include.split("/")[0]
                # What trains is no part of the library: its programs stand on the folders themselves.
                if own == "train" and folder in self.order:
                    continue
                # The server is a subcommand of the program.
                served = ["serve"] if own == "cli" else []
                self.assertIn(folder, ["musicgen", "common", own, *served], f"{path} includes {include}")


if __name__ == "__main__":
    unittest.main()
