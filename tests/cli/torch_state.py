"""AudioCraft's files of a fixture, changed: tensors stay references to their storages."""

import io
import pickle
import struct
import sys
import types
import zipfile


class Rebuilt:
    """What torch._utils._rebuild_tensor_v2 makes of its arguments, and back."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


class Storage:
    def __init__(self, identity):
        self.identity = identity


def _stand_in_for_torch():
    """Modules whose names are all that the pickles need."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*arguments):
        return Rebuilt(*arguments)
    _rebuild_tensor_v2.__module__ = utils.__name__
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    for name in ("FloatStorage", "HalfStorage", "BFloat16Storage", "LongStorage", "BoolStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    torch._utils = utils
    sys.modules.update({"torch": torch, "torch._utils": utils})


_stand_in_for_torch()


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid):
        return Storage(pid)


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        return obj.identity if isinstance(obj, Storage) else None


def read(path):
    """The object, and the archive's other records."""
    with zipfile.ZipFile(path) as archive:
        records = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    return _Unpickler(io.BytesIO(records.pop("data.pkl"))).load(), records


def write(path, thing, records):
    pickled = io.BytesIO()
    _Pickler(pickled, protocol=2).dump(thing)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {"data.pkl": pickled.getvalue(), **records}.items():
            info = zipfile.ZipInfo(f"archive/{name}", (1980, 1, 1, 0, 0, 0))
            pad = -(archive.fp.tell() + 30 + len(info.filename) + 4) % 64
            info.extra = b"FB" + struct.pack("<H", pad) + b"Z" * pad
            archive.writestr(info, data)
