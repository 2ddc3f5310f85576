"""Every prototype of the package against musicgen.h."""

import ctypes
import re

import pytest
from support import ROOT

from musicgen_cpp import _prototypes

SCALARS = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32,
           "uint64_t": ctypes.c_uint64, "uint8_t": ctypes.c_uint8, "size_t": ctypes.c_size_t,
           "double": ctypes.c_double, "float": ctypes.c_float}


def header():
    """The header without comments."""
    text = (ROOT / "include" / "musicgen" / "musicgen.h").read_text()
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


HEADER = header()
NUMBERS = set(re.findall(r"typedef int32_t (mg_\w+);", HEADER))
HANDLES = set(re.findall(r"typedef struct (mg_\w+) \1;", HEADER))
FUNCTIONS = {name: (result.strip(), [a.strip() for a in arguments.split(",") if a.strip() != "void"])
             for result, name, arguments in
             re.findall(r"MG_API\s+([\w\s*]+?)\s*\b(mg_\w+)\(([^)]*)\);", HEADER)}
CONSTANTS = dict(re.findall(r"\b(MG_\w+)\s*=\s*(\d+)", HEADER))


def expected(declared):
    """What ctypes calls a C type; a name behind it is an argument's."""
    words = declared.replace("const", " ").replace("*", " * ").split()
    stars = words.count("*")
    base = words[0]
    if base in HANDLES:
        return ctypes.c_void_p if stars == 1 else ctypes.POINTER(ctypes.c_void_p)
    if base == "mg_progress_callback":
        return _prototypes.PROGRESS_CALLBACK
    if base == "void":
        return ctypes.c_void_p if stars == 1 else None
    if base == "char":
        assert stars == 1, declared
        return ctypes.c_char_p
    scalar = ctypes.c_int32 if base in NUMBERS else SCALARS[base]
    return ctypes.POINTER(scalar) if stars == 1 else scalar


def test_the_header_is_understood():
    assert len(FUNCTIONS) > 100
    assert len(FUNCTIONS) == len(re.findall(r"\bMG_API\b", HEADER)) - 2  # its two #defines


@pytest.mark.parametrize("name", sorted(_prototypes.PROTOTYPES))
def test_prototype(name):
    result, *arguments = _prototypes.PROTOTYPES[name]
    declared_result, declared_arguments = FUNCTIONS[name]
    assert result == expected(declared_result)
    assert arguments == [expected(a) for a in declared_arguments]


def test_constants():
    for name, number in _prototypes.STATUSES.items():
        assert int(CONSTANTS[name]) == number
    for names, prefix in ((_prototypes.PRECISIONS, "MG_PRECISION_"), (_prototypes.FORMATS, "MG_FORMAT_")):
        assert names == {name[len(prefix):].lower(): int(number) for name, number in CONSTANTS.items()
                         if name.startswith(prefix)}
    assert _prototypes.EVENTS == {int(number): name[len("MG_EVENT_"):].lower() for name, number in CONSTANTS.items()
                                  if name.startswith("MG_EVENT_") and name != "MG_EVENT_NONE"}
    assert _prototypes.REFERENCES == {"auto": int(CONSTANTS["MG_REFERENCE_AUTO"]),
                                      "hf": int(CONSTANTS["MG_REFERENCE_HUGGINGFACE"]),
                                      "audiocraft": int(CONSTANTS["MG_REFERENCE_AUDIOCRAFT"])}
    assert _prototypes.STRATEGY_LOUDNESS == int(CONSTANTS["MG_STRATEGY_LOUDNESS"])
    for flag in ("STREAM_AUDIO", "NO_AUDIO", "NO_PROGRESS"):
        assert getattr(_prototypes, "SUBMIT_" + flag) == int(CONSTANTS["MG_SUBMIT_" + flag])
    assert _prototypes.ABI_VERSION <= int(re.search(r"#define MG_ABI_VERSION (\d+)", HEADER)[1])


def test_every_handle_is_freed_by_its_own_function():
    for name in _prototypes.PROTOTYPES:
        if name.endswith("_free"):
            assert name[:-len("_free")] in HANDLES
