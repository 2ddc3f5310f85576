#!/usr/bin/env python3
"""gpu_goldens.py GENERATE_TEST: its goldens with the language model on the first Vulkan device. Exits with 77, which
ctest reads as skipped, where there is none."""

import os
import subprocess
import sys

# What does not ask the language model.
OTHER = ("StagesGolden*", "Piece*", "*Info*", "*DecodedCodes*", "ModelRequest*")
SHORT = ("ModelGoldenTest.GreedyAlone", "*HfFamilyTest.Alone*", "*AcModesTest.Alone*", "*AcMelodyTest.Alone*",
         "*AcPatternTest.Codes*", "ModelGoldenTest.Logits")

environment = dict(os.environ, MUSICGEN_TEST_DEVICE="vulkan", MUSICGEN_VULKAN_SOFTWARE="1")
long = os.environ.get("MUSICGEN_LONG_TESTS", "0") != "0"
chosen = "*-" + ":".join(OTHER) if long else ":".join(SHORT)
run = subprocess.run([sys.argv[1], "--gtest_filter=" + chosen], env=environment, stdout=subprocess.PIPE,
                     stderr=subprocess.STDOUT, text=True)
print(run.stdout)
NONE = ("expected a graphics card", "expected the loader", "there is no driver")
lines = [line for line in run.stdout.splitlines() if any(reason in line for reason in NONE)]
if run.returncode != 0 and lines:
    print("skipped:", lines[0].strip())
    sys.exit(77)
sys.exit(run.returncode)
