#!/usr/bin/env python3
"""The report of musicgen-eval, and what its command line refuses."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "apps" / "eval"))

from musicgen_eval.__main__ import parse
from musicgen_eval.table import Row, markdown, to_json


class Table(unittest.TestCase):
    def test_rows(self):
        rows = [Row("lead", "codes", 0.912, 1.0, None, 0.2, 0.2, least=0.9, count=256),
                Row("glitch rate", "codes", 0.0213, 0.0, most=0.01, digits=4),
                Row("difference", "transformers", 3e-7, digits=3)]
        lines = markdown(rows).splitlines()
        self.assertEqual(len({line.count("|") for line in lines}), 1)
        self.assertEqual(lines[2], "| lead | codes, 256 clips | 0.91 | 1.00 | – | 0.20 | 0.20 | ≥ 0.9 | pass |")
        self.assertEqual(lines[3], "| glitch rate | codes | 0.0213 | 0.0000 | – | – | – | ≤ 0.01 | **fail** |")
        self.assertEqual(lines[4], "| difference | transformers | 3e-07 | – | – | – | – | report |  |")
        self.assertEqual([row["passed"] for row in json.loads(to_json(rows, {"clips": 256}))["rows"]], [True, False, None])

    def test_a_value_that_is_no_number_fails(self):
        self.assertFalse(Row("lead", "codes", float("nan"), least=0.9).passed)


class CommandLine(unittest.TestCase):
    def complaint(self, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as stopped:
            parse(["demo", *arguments])
        self.assertEqual(stopped.exception.code, 2)
        return said.getvalue().splitlines()[-1]

    def test_mistakes_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("generation_config.json, found " + folder, self.complaint("-m", folder, "--work", folder))
            self.assertIn("found sonuds", self.complaint("-m", folder, "--work", folder, "--only", "codes,sonuds"))
            self.assertIn("expected 2 or more, found 1", self.complaint("-m", folder, "--work", folder, "--clips", "1"))


if __name__ == "__main__":
    unittest.main()
