#!/usr/bin/env python3
"""Writes broken copies of a GGUF model, each wrong in one way.

  make_hostile_gguf.py MODEL.gguf OUT

OUT receives one file per case, NAME.gguf, and manifest.json, a list of name and what is wrong, in words. The classes are
those of llama.cpp's tests/test-gguf.cpp (its well-formed files of random content are no music models, and wrong for
that), and what a music model needs besides a sound container. Standard library alone.
"""

import json
import os
import struct
import sys

U32, I32, STRING, ARRAY, F64 = 4, 5, 8, 9, 12
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
HUGE = (1 << 64) - 1
CONFIG = "musicgen.files.config.json"
CASES = []


def case(wrong):
    def register(function):
        CASES.append((function.__name__, wrong, function))
        return function
    return register


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(value)) + value


class Tensor:
    def __init__(self, name, extents, kind, offset):
        self.name, self.extents, self.kind, self.offset = name, extents, kind, offset
        self.dims = None  # as many as there are extents
        self.raw_name = None


class Gguf:
    """A file in pieces, to be broken."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.at = 8
        self.magic, self.version = b"GGUF", 3
        tensors, values = self.take("QQ")
        self.values = [self.read_value() for _ in range(values)]
        self.tensors = [self.read_tensor() for _ in range(tensors)]
        self.data = self.bytes[(self.at + 31) // 32 * 32:]
        self.tensor_count = self.value_count = None  # as many as there are

    def take(self, form):
        found = struct.unpack_from("<" + form, self.bytes, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def take_text(self):
        (length,) = self.take("Q")
        self.at += length
        return self.bytes[self.at - length:self.at]

    def read_value(self):
        """[key, type, bytes]"""
        key = self.take_text()
        (kind,) = self.take("I")
        begin = self.at
        if kind == STRING:
            self.take_text()
        elif kind == ARRAY:
            item, count = self.take("IQ")
            self.at += count * SIZES[item]
        else:
            self.at += SIZES[kind]
        return [text(key), kind, self.bytes[begin:self.at]]

    def read_tensor(self):
        name = self.take_text()
        (dims,) = self.take("I")
        extents = list(self.take("Q" * dims))
        kind, offset = self.take("IQ")
        return Tensor(name, extents, kind, offset)

    def value(self, key):
        return next(value for value in self.values if value[0] == text(key))

    def tensor(self, name):
        return next(tensor for tensor in self.tensors if tensor.name == name.encode())

    def add(self, key, kind, content):
        self.values.append([text(key), kind, content])

    def write(self, path):
        count = lambda given, things: len(things) if given is None else given
        head = self.magic + struct.pack("<IQQ", self.version, count(self.tensor_count, self.tensors),
                                        count(self.value_count, self.values))
        for key, kind, content in self.values:
            head += key + struct.pack("<I", kind) + content
        for tensor in self.tensors:
            head += tensor.raw_name or text(tensor.name)
            head += struct.pack("<I", len(tensor.extents) if tensor.dims is None else tensor.dims)
            head += struct.pack("<%dQ" % len(tensor.extents), *tensor.extents)
            head += struct.pack("<IQ", tensor.kind, tensor.offset)
        with open(path, "wb") as file:
            file.write(head + b"\0" * (-len(head) % 32) + self.data)


@case("another magic")
def bad_magic(f):
    f.magic = b"FUGG"


@case("version 0")
def bad_version_0(f):
    f.version = 0


@case("version 1, whose lengths are shorter")
def bad_version_1(f):
    f.version = 1


@case("a version to come")
def bad_version_future(f):
    f.version = 4


@case("big-endian")
def big_endian(f):
    f.version = 3 << 24


@case("2^64 - 1 tensors")
def bad_n_tensors(f):
    f.tensor_count = HUGE


@case("2^64 - 1 values")
def bad_n_kv(f):
    f.value_count = HUGE


@case("2^32 tensors in a small file")
def many_tensors(f):
    f.tensor_count = 1 << 32


@case("no values, no tensors")
def header_empty(f):
    f.values, f.tensors, f.data = [], [], b""


@case("a key of 2^64 - 1 bytes")
def kv_bad_key_size(f):
    f.values[3][0] = struct.pack("<Q", HUGE) + b"key"


@case("an empty key")
def kv_empty_key(f):
    f.values[3][0] = text("")


@case("a value of no known type")
def kv_bad_type(f):
    f.values[3][1:] = [13, b"\0"]


@case("a negative type")
def kv_negative_type(f):
    f.values[3][1] = 0xffffffff


@case("a text of 2^64 - 1 bytes")
def kv_bad_value_size(f):
    f.value(CONFIG)[2] = struct.pack("<Q", HUGE) + b"{}"


@case("an array of 2^61 doubles")
def kv_bad_array_size(f):
    f.add("x", ARRAY, struct.pack("<IQ", F64, 1 << 61))


@case("an array of 2^50 texts")
def kv_bad_text_count(f):
    f.add("x", ARRAY, struct.pack("<IQ", STRING, 1 << 50))


@case("arrays in arrays, a hundred deep")
def kv_deep_arrays(f):
    f.add("x", ARRAY, struct.pack("<IQ", ARRAY, 1) * 100)


@case("a key twice")
def kv_duplicate_key(f):
    f.values[4] = f.values[3]


@case("an alignment of 13")
def kv_bad_align(f):
    f.value("general.alignment")[2] = struct.pack("<I", 13)


@case("an alignment of 0")
def kv_zero_align(f):
    f.value("general.alignment")[2] = struct.pack("<I", 0)


@case("an alignment of another type")
def kv_wrong_type_align(f):
    f.value("general.alignment")[1] = I32


@case("values alone")
def kv_success(f):
    f.tensors, f.data = [], b""


@case("a name longer than ggml keeps")
def tensors_bad_name_size(f):
    f.tensors[0].name = b"n" * 64


@case("a name of 2^64 - 1 bytes")
def tensors_huge_name_size(f):
    f.tensors[0].raw_name = struct.pack("<Q", HUGE) + b"n"


@case("five dimensions")
def tensors_bad_n_dims(f):
    f.tensors[0].dims = 5


@case("2^32 - 1 dimensions")
def tensors_huge_n_dims(f):
    f.tensors[0].dims = 0xffffffff


@case("an extent of -1")
def tensors_bad_shape(f):
    f.tensors[0].extents[0] = HUGE


@case("an extent of 0")
def tensors_zero_dim(f):
    f.tensors[0].extents[0] = 0


@case("extents whose product overflows")
def tensors_ne_too_big(f):
    f.tensors[0].extents = [1 << 33, 1 << 33]


@case("elements whose bytes overflow")
def tensors_nbytes_too_big(f):
    f.tensors[0].extents, f.tensors[0].kind = [1 << 61], 27


@case("an element type that ggml does not know")
def tensors_bad_type(f):
    f.tensors[0].kind = 1000


@case("an element type that is not read here, Q4_K")
def tensors_other_type(f):
    f.tensors[0].kind = 12


@case("groups of 32 in rows of 31")
def tensors_half_group(f):
    f.tensors[0].extents[0], f.tensors[0].kind = 31, 8


@case("an offset of 2^64 - 1")
def tensors_bad_offset(f):
    f.tensors[0].offset = HUGE


@case("an offset between two multiples of the alignment")
def tensors_bad_align(f):
    f.tensors[1].offset += 1


@case("tensors behind each other without padding")
def tensors_inconsistent_align(f):
    f.tensors[1].offset = 4


@case("two tensors in one place")
def tensors_overlap(f):
    f.tensors[1].offset = f.tensors[0].offset


@case("a name twice")
def tensors_duplicate_name(f):
    f.tensors[1].name = f.tensors[0].name


@case("one tensor alone")
def tensors_success(f):
    del f.tensors[1:]


@case("an alignment of 1 for tensors aligned to 32, fewer of them")
def tensors_custom_align(f):
    f.value("general.alignment")[2] = struct.pack("<I", 1)
    del f.tensors[0]


@case("the last byte missing")
def data_not_enough(f):
    f.data = f.data[:-1]


@case("no data")
def data_none(f):
    f.data = b""


@case("an alignment of 2^31")
def data_bad_align(f):
    f.value("general.alignment")[2] = struct.pack("<I", 1 << 31)


@case("data aligned otherwise than the header says")
def data_inconsistent_align(f):
    f.value("general.alignment")[2] = struct.pack("<I", 1 << 16)


@case("two tensors of 2^63 - 64 bytes")
def data_mem_size_overflow(f):
    for tensor in f.tensors[:2]:
        tensor.extents, tensor.kind = [0x7FFFFFFFFFFFFFC0], 24


@case("another architecture")
def other_architecture(f):
    f.value("general.architecture")[2] = text("llama")


@case("no architecture")
def no_architecture(f):
    f.values.remove(f.value("general.architecture"))


@case("an architecture that is a number")
def architecture_is_a_number(f):
    f.value("general.architecture")[1:] = [U32, struct.pack("<I", 1)]


@case("no configuration")
def no_config(f):
    f.values.remove(f.value(CONFIG))


@case("a configuration that is no JSON")
def config_is_no_json(f):
    f.value(CONFIG)[2] = text("{")


@case("a configuration that is an array of numbers")
def config_is_an_array(f):
    f.value(CONFIG)[1:] = [ARRAY, struct.pack("<IQII", U32, 2, 1, 2)]


@case("no tokenizer")
def no_tokenizer(f):
    f.values = [v for v in f.values if b"spiece" not in v[0] and b"tokenizer.huggingface" not in v[0]]


@case("a tensor missing")
def tensor_missing(f):
    f.tensor("lm.layer_norm.weight").name = b"codec.quantizer.layers.0.codebook.embed2"


@case("a tensor of another shape")
def tensor_shape(f):
    tensor = f.tensor("lm.layers.0.fc1.weight")
    tensor.extents.reverse()


@case("a tensor of integers")
def tensor_of_integers(f):
    f.tensor("lm.layers.0.fc1.weight").kind = 26


@case("a tensor nobody knows")
def tensor_unknown(f):
    f.tensors[-1].name = b"other"


@case("a quantised norm")
def tensor_of_groups(f):
    tensor = f.tensor("lm.layer_norm.weight")  # 64 numbers, 256 bytes
    assert tensor.extents == [64]
    tensor.extents, tensor.kind = [7 * 32], 8  # 238 bytes, padded to 256


def main():
    source, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    manifest = []
    for name, wrong, breaking in CASES:
        file = Gguf(source)
        breaking(file)
        file.write(os.path.join(folder, name + ".gguf"))
        manifest.append({"name": name, "wrong": wrong})
    with open(os.path.join(folder, "manifest.json"), "w") as file:
        json.dump(manifest, file, indent=1)


if __name__ == "__main__":
    main()
