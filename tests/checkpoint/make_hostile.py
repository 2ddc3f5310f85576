#!/usr/bin/env python3
"""Writes broken copies of a model directory, each wrong in one way.

  make_hostile.py MODEL OUT

MODEL is a valid Hugging Face style directory (config.json, model.safetensors, spiece.model, ...). OUT receives
one complete model directory per case and manifest.json, a list of
  name      the directory
  wrong     what is wrong with it, in words
  layer     who can tell: "checkpoint" (the container and JSON readers alone), "model" (whoever knows the tensors and
            ranges a model needs) or "tokenizer" (only a command that reads text)
Files that a case leaves alone are links to MODEL's; payloads are sparse zeros, so OUT stays small.
"""

import json
import os
import sys

import hostile_container  # noqa: F401, the cases
import hostile_files  # noqa: F401
import hostile_values  # noqa: F401
from hostile_model import CASES, Copy, Model


def main(model_folder, out):
    model = Model(model_folder)
    manifest = []
    for name, wrong, layer, function in CASES:
        function(Copy(model, os.path.join(out, name)))
        manifest.append({"name": name, "wrong": wrong, "layer": layer})
    with open(os.path.join(out, "manifest.json"), "w") as file:
        json.dump(manifest, file, indent=1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: make_hostile.py MODEL OUT")
    main(sys.argv[1], sys.argv[2])
