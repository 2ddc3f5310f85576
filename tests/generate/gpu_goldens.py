#!/usr/bin/env python3
"""gpu_goldens.py GENERATE_TEST [validated]: its goldens with the language model on the first Vulkan device, with
`validated` under Khronos's validation layer, which must have nothing to say. Exits with 77, which ctest reads as skipped,
where there is no device."""

import os
import re
import subprocess
import sys

# What does not ask the language model.
OTHER = ("StagesGolden*", "Piece*", "*Info*", "*DecodedCodes*", "ModelRequest*", "*AutoIsEightBits")
SHORT = ("ModelGoldenTest.GreedyAlone", "*HfFamilyTest.Alone*", "*AcModesTest.Alone*", "*AcMelodyTest.Alone*",
         "*AcPatternTest.Codes*", "*StyleCodesTest.AreAudioCrafts/style_text*", "ModelGoldenTest.Logits")
NONE = ("expected a graphics card", "expected the loader", "there is no driver")
MESSAGE = re.compile(r"Validation (Error|Warning)|SYNC-|UNASSIGNED-")
SYNCHRONISATION = "VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT"
BOUNDS = "VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT"  # of whole buffers


def run(tests, checks):
    environment = dict(os.environ, MUSICGEN_TEST_DEVICE="vulkan", MUSICGEN_VULKAN_SOFTWARE="1")
    if checks:
        environment.update(VK_INSTANCE_LAYERS="VK_LAYER_KHRONOS_validation", VK_LAYER_ENABLES=checks)
    done = subprocess.run([sys.argv[1], "--gtest_filter=" + tests], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    print(done.stdout)
    lines = [line for line in done.stdout.splitlines() if any(reason in line for reason in NONE)]
    if done.returncode != 0 and lines:
        print("skipped:", lines[0].strip())
        sys.exit(77)
    if done.returncode != 0 or MESSAGE.search(done.stdout):
        sys.exit(1)


validated = sys.argv[2:] == ["validated"]
run(":".join(SHORT), SYNCHRONISATION if validated else None)
if os.environ.get("MUSICGEN_LONG_TESTS", "0") != "0":
    run("*-" + ":".join(OTHER), None)
    if validated:
        run(":".join(SHORT), BOUNDS)
