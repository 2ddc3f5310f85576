#!/usr/bin/env python3
"""Shaders use only what is exact on every device: no functions whose precision is the driver's, no sum or product that
a driver may contract."""

import os
import re
import unittest

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "gpu", "shaders")
LOOSE = re.compile(r"\b(exp2?|log2?|pow|tanh|sinh?|cosh?|inversesqrt|dot|mix|length|normalize|distance|subgroup\w*"
                   r"|f16tof32|packHalf2x16)\s*\(")
OF_EXACT = re.compile(r"\b(fma|sqrt)\s*\(")  # exact.glsl wraps them
FLOAT = re.compile(r"\b(?:float|double|vec[234])\s+\w+(?:\[\w+\])?\s*=\s*(.*)")
ARITHMETIC = re.compile(r"[\w)\]] [-+*/] ")
INDEX = re.compile(r"\[[^][]*\]")


def lines():
    for name in sorted(os.listdir(FOLDER)):
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield name, number, line.split("//")[0]


class Shaders(unittest.TestCase):
    def test_no_functions_of_unknown_precision(self):
        found = [f"{name}:{number}" for name, number, line in lines()
                 if LOOSE.search(line) or (name != "exact.glsl" and OF_EXACT.search(line))]
        self.assertEqual(found, [])

    def test_what_is_computed_is_precise(self):
        found = []
        for name, number, line in lines():
            declared = FLOAT.search(line)
            value = INDEX.sub("", INDEX.sub("", declared[1])) if declared else ""
            if ARITHMETIC.search(value) and "precise" not in line and "uintBitsToFloat" not in line:
                found.append(f"{name}:{number}: {line.strip()}")
        self.assertEqual(found, [])

    def test_it_sees_what_it_is_for(self):
        self.assertTrue(LOOSE.search("  y = exp(x);"))
        self.assertFalse(LOOSE.search("  y = ExpOf(x);"))
        self.assertTrue(ARITHMETIC.search(FLOAT.search("float s = a * b;")[1]))


if __name__ == "__main__":
    unittest.main()
