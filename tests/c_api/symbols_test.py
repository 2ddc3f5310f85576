#!/usr/bin/env python3
"""The shared library exports what symbols.txt lists, and the headers declare the same.

symbols_test.py LIBRARY: a function that disappears, or one that is not listed, fails. A function that is added is
added to symbols.txt, and MG_ABI_VERSION counts up.
"""

import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = os.path.join(HERE, "..", "..", "include", "musicgen")
LIBRARY = sys.argv.pop(1) if len(sys.argv) > 1 else None


def listed():
    with open(os.path.join(HERE, "symbols.txt")) as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


class Symbols(unittest.TestCase):
    def test_the_library_exports_the_list(self):
        out = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
        found = sorted(line.split()[-1] for line in out.splitlines() if line.split()[-2] != "A")
        self.assertEqual(found, [name + "@@MUSICGEN_0" for name in listed()])

    def test_the_headers_declare_the_list(self):
        declared = set()
        for name in ("musicgen.h", "bench.h"):
            with open(os.path.join(HEADERS, name)) as file:
                declared |= set(re.findall(r"^MG_API [^(]*?\b(mg_\w+)\(", file.read(), re.MULTILINE))
        self.assertEqual(sorted(declared), listed())


if __name__ == "__main__":
    unittest.main()
