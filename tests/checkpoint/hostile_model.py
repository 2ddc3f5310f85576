"""A model directory and a copy of it that a case breaks; where cases register."""

import copy
import json
import os
import struct

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
CASES = []


def case(wrong, layer="checkpoint", name=None):
    """Registers a function that breaks the Copy it is given; its name is the directory's."""
    def register(function):
        CASES.append((name or function.__name__, wrong, layer, function))
        return function
    return register


class Model:
    """What the cases start from."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(folder, WEIGHTS), "rb") as file:
            (self.length,) = struct.unpack("<Q", file.read(8))
            self.header = json.loads(file.read(self.length))
        self.payload = os.path.getsize(os.path.join(folder, WEIGHTS)) - 8 - self.length
        with open(os.path.join(folder, "config.json")) as file:
            self.config = json.load(file)
        self.names = [name for name in self.header if name != "__metadata__"]
        self.names.sort(key=lambda name: self.header[name]["data_offsets"])


class Copy:
    """A directory being broken."""

    def __init__(self, model, folder):
        self.model, self.folder = model, folder
        os.makedirs(folder)
        for name in ("config.json", WEIGHTS, "spiece.model", "generation_config.json", "preprocessor_config.json"):
            os.symlink(os.path.realpath(os.path.join(model.folder, name)), self.path(name))

    def path(self, name):
        return os.path.join(self.folder, name)

    def clear(self, name):
        if os.path.lexists(self.path(name)):
            os.remove(self.path(name))
        return self.path(name)

    def write(self, name, data, size=None):
        with open(self.clear(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
            if size is not None:
                file.truncate(size)

    def weights(self, header, payload=None, length=None, name=WEIGHTS):
        """A container with this header (an object, text or bytes) and so many zero bytes behind it."""
        if isinstance(header, dict):
            header = json.dumps(header, separators=(",", ":"))
        if isinstance(header, str):
            header = header.encode()
        payload = self.model.payload if payload is None else payload
        prefix = struct.pack("<Q", len(header) if length is None else length)
        self.write(name, prefix + header, 8 + len(header) + payload)

    def edited(self, edit, payload=None):
        """The container after `edit(header, names)`, names being in the order of the file."""
        header = copy.deepcopy(self.model.header)
        edit(header, self.model.names)
        self.weights(header, payload)

    def config(self, edit):
        config = copy.deepcopy(self.model.config)
        edit(config)
        self.write("config.json", json.dumps(config, indent=2))
