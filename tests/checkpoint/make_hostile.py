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

import copy
import json
import os
import struct
import sys

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


# The container: lengths and the end of the file.

@case("model.safetensors is empty")
def empty_file(c):
    c.write(WEIGHTS, b"")


@case("seven bytes, less than the header's length takes")
def seven_bytes(c):
    c.write(WEIGHTS, b"\x10\0\0\0\0\0\0")


@case("the file ends after the header's length")
def length_only(c):
    c.write(WEIGHTS, struct.pack("<Q", c.model.length))


@case("the header's length is 0")
def length_zero(c):
    c.weights("", length=0)


@case("the header is cut in half")
def header_cut(c):
    text = json.dumps(c.model.header)
    c.write(WEIGHTS, struct.pack("<Q", len(text)) + text[:len(text) // 2].encode())


@case("the header lacks its last byte")
def header_cut_by_one(c):
    text = json.dumps(c.model.header)
    c.write(WEIGHTS, struct.pack("<Q", len(text)) + text[:-1].encode())


@case("the file ends after the header")
def no_payload(c):
    c.weights(c.model.header, payload=0)


@case("the last byte is missing")
def payload_cut_by_one(c):
    c.weights(c.model.header, payload=c.model.payload - 1)


@case("half of the payload is missing")
def payload_cut_in_half(c):
    c.weights(c.model.header, payload=c.model.payload // 2)


@case("one byte too many at the end")
def trailing_byte(c):
    c.weights(c.model.header, payload=c.model.payload + 1)


@case("the header's length reaches one byte into the payload")
def length_one_more(c):
    text = json.dumps(c.model.header, separators=(",", ":"))
    c.weights(text, length=len(text) + 1)


@case("the header's length leaves its last byte out")
def length_one_less(c):
    text = json.dumps(c.model.header, separators=(",", ":"))
    c.weights(text, length=len(text) - 1)


@case("the header's length is 2^64 - 1")
def length_all_ones(c):
    c.weights(c.model.header, length=2**64 - 1)


@case("the header's length is 2^64 - 8, so that adding 8 wraps to 0")
def length_wraps(c):
    c.weights(c.model.header, length=2**64 - 8)


@case("the header's length is 2^63")
def length_sign_bit(c):
    c.weights(c.model.header, length=2**63)


@case("a header of more than 100 MB")
def length_over_limit(c):
    c.weights(c.model.header, length=100_000_001, payload=200_000_000)


# The container: its JSON.

@case("a header of random bytes")
def header_garbage(c):
    c.weights(bytes((i * 73 + 41) % 256 for i in range(512)))


@case("a zip file under the name of a safetensors file")
def torch_file(c):
    c.write(WEIGHTS, b"PK\x03\x04\x00\x00\x08\x08" + bytes(4096))


@case("a header of spaces")
def header_spaces(c):
    c.weights(" " * 64)


for _name, _text in (("list", "[]"), ("string", '"tensors"'), ("number", "17"), ("null", "null")):
    @case(f"the header is a {_name}, not an object", name=f"header_{_name}")
    def header_kind(c, text=_text):
        c.weights(text)


@case("a second JSON document follows the header's")
def header_twice(c):
    c.weights(json.dumps(c.model.header) + "{}")


@case("a comma before the closing brace")
def header_trailing_comma(c):
    c.weights(json.dumps(c.model.header)[:-1] + ",}")


@case("a zero byte and more follow the header's JSON")
def header_zero_byte(c):
    c.weights(json.dumps(c.model.header) + "\0\0garbage")


@case("a byte order mark in front of the header's JSON")
def header_byte_order_mark(c):
    c.weights("\ufeff" + json.dumps(c.model.header))


@case("the header is UTF-16")
def header_utf16(c):
    c.weights(json.dumps(c.model.header).encode("utf-16"))


@case("a tensor name that is not UTF-8")
def name_not_utf8(c):
    text = json.dumps(c.model.header).encode()
    c.weights(text.replace(c.model.names[0].encode(), b"\xff\xfe\xc0\x80", 1))


@case("a tensor name with half of a surrogate pair")
def name_lone_surrogate(c):
    c.weights(json.dumps(c.model.header).replace(c.model.names[0], "\\ud800", 1))


@case("a tensor name with line breaks and terminal escapes, and a bad shape")
def name_control_characters(c):
    def edit(header, names):
        header["\x1b[2J\nmodel loaded\r\n"] = {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}
    c.edited(edit)


@case("a tensor name of a million letters, and a bad shape")
def name_long(c):
    def edit(header, names):
        header["a" * 1_000_000] = {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}
    c.edited(edit)


@case("lists nested 100,000 deep")
def depth_bomb_lists(c):
    c.weights('{"a":' + "[" * 100_000 + "]" * 100_000 + "}")


@case("objects nested 100,000 deep and never closed")
def depth_bomb_objects(c):
    c.weights('{"a":' * 100_000)


@case("a shape of two million axes")
def rank_bomb(c):
    c.weights('{"a":{"dtype":"F32","shape":[' + ",".join(["1"] * 2_000_000) + '],"data_offsets":[0,4]}}')


@case("the same tensor twice")
def name_twice(c):
    name = c.model.names[0]
    entry = json.dumps({name: c.model.header[name]})[1:-1]
    c.weights("{" + entry + "," + json.dumps(c.model.header)[1:])


@case("a tensor without a name")
def name_empty(c):
    def edit(header, names):
        header[""] = header.pop(names[0])
    c.edited(edit)


@case("NaN for an extent")
def header_nan(c):
    def edit(header, names):
        header[names[0]]["shape"] = [float("nan")]
    c.edited(edit)


# The container: entries of wrong types and values.

def entry_case(name, wrong, field, value):
    @case(wrong, name=name)
    def entry(c):
        def edit(header, names):
            if field is None:
                header[names[0]] = value
            elif value is KeyError:
                del header[names[0]][field]
            else:
                header[names[0]][field] = value
        c.edited(edit)


entry_case("entry_null", "a tensor's entry is null", None, None)
entry_case("entry_list", "a tensor's entry is a list", None, ["F32", [1], [0, 4]])
entry_case("entry_empty", "a tensor's entry is empty", None, {})
entry_case("dtype_missing", "no dtype", "dtype", KeyError)
entry_case("dtype_unknown", "a dtype nobody knows", "dtype", "F33")
entry_case("dtype_lower_case", "a dtype in lower case", "dtype", "f32")
entry_case("dtype_float8", "a dtype this program does not read", "dtype", "F8_E4M3")
entry_case("dtype_number", "a number as dtype", "dtype", 32)
entry_case("shape_missing", "no shape", "shape", KeyError)
entry_case("shape_string", "a string as shape", "shape", "64")
entry_case("shape_object", "an object as shape", "shape", {"0": 64})
entry_case("shape_negative", "a negative extent", "shape", [-64])
entry_case("shape_two_negatives", "two negative extents whose product fits", "shape", [-8, -8])
entry_case("shape_fraction", "a fractional extent", "shape", [64.5])
entry_case("shape_text", "an extent in quotes", "shape", ["64"])
entry_case("shape_true", "true as an extent", "shape", [True, 64])
entry_case("shape_overflow", "extents whose product wraps to 0", "shape", [2**32, 2**32])
entry_case("shape_overflow_bytes", "extents whose product fits but not in bytes", "shape", [2**62])
entry_case("shape_over_64_bits", "an extent of 2^64 + 64", "shape", [2**64 + 64])
entry_case("shape_too_large", "a shape larger than its bytes", "shape", [2**40])
entry_case("shape_empty", "the shape of a scalar for many bytes", "shape", [])
entry_case("offsets_missing", "no data_offsets", "data_offsets", KeyError)
entry_case("offsets_one", "one data offset", "data_offsets", [0])
entry_case("offsets_three", "three data offsets", "data_offsets", [0, 128, 256])
entry_case("offsets_negative", "a negative data offset", "data_offsets", [-256, 0])
entry_case("offsets_fraction", "fractional data offsets", "data_offsets", [0.0, 256.0])
entry_case("offsets_text", "data offsets in quotes", "data_offsets", ["0", "256"])
entry_case("offsets_backwards", "data offsets that end before they begin", "data_offsets", [256, 0])
entry_case("offsets_past_the_end", "data offsets past the end", "data_offsets", [2**40, 2**40 + 256])
entry_case("offsets_huge", "data offsets near 2^63", "data_offsets", [2**63 - 257, 2**63 - 1])
entry_case("offsets_over_64_bits", "data offsets past 2^64", "data_offsets", [2**64, 2**64 + 256])
entry_case("offsets_too_few_bytes", "fewer bytes than the shape needs", "data_offsets", [0, 252])


@case("two tensors share their bytes")
def overlap(c):
    def edit(header, names):
        twin = next(n for n in names[1:] if header[n]["shape"] == header[names[0]]["shape"])
        header[twin]["data_offsets"] = header[names[0]]["data_offsets"]
    c.edited(edit)


@case("a hole of four bytes between two tensors")
def hole(c):
    def edit(header, names):
        for name in names[1:]:
            header[name]["data_offsets"] = [offset + 4 for offset in header[name]["data_offsets"]]
    c.edited(edit, c.model.payload + 4)


@case("four bytes in front of the first tensor")
def hole_in_front(c):
    def edit(header, names):
        for name in names:
            header[name]["data_offsets"] = [offset + 4 for offset in header[name]["data_offsets"]]
    c.edited(edit, c.model.payload + 4)


@case("__metadata__ is a list")
def metadata_list(c):
    c.edited(lambda header, names: header.update(__metadata__=["pt"]))


@case("__metadata__ holds a number")
def metadata_number(c):
    c.edited(lambda header, names: header.update(__metadata__={"format": 1}))


# Things that are not regular files.

def file_kind_cases(name, stem, layer):
    @case(f"{name} is missing", layer, f"{stem}_missing")
    def missing(c):
        c.clear(name)

    @case(f"{name} is a directory", layer, f"{stem}_directory")
    def directory(c):
        os.mkdir(c.clear(name))

    @case(f"{name} is a pipe nobody writes to", layer, f"{stem}_pipe")
    def pipe(c):
        os.mkfifo(c.clear(name))

    @case(f"{name} is a link to itself", layer, f"{stem}_link_loop")
    def link_loop(c):
        os.symlink(name, c.clear(name))

    @case(f"{name} is a link to nothing", layer, f"{stem}_link_dangling")
    def link_dangling(c):
        os.symlink("nothing", c.clear(name))

    @case(f"{name} is a link to /dev/zero", layer, f"{stem}_device")
    def device(c):
        os.symlink("/dev/zero", c.clear(name))


file_kind_cases(WEIGHTS, "weights", "checkpoint")
file_kind_cases("config.json", "config", "checkpoint")
file_kind_cases("spiece.model", "tokenizer", "tokenizer")


@case("spiece.model is empty", "tokenizer")
def tokenizer_empty(c):
    c.write("spiece.model", b"")


@case("spiece.model is cut in half", "tokenizer")
def tokenizer_cut(c):
    with open(c.path("spiece.model"), "rb") as file:
        data = file.read()
    c.write("spiece.model", data[:len(data) // 2])


@case("spiece.model holds text", "tokenizer")
def tokenizer_text(c):
    c.write("spiece.model", "not a protocol buffer\n" * 100)


# Shards and their index.

def shards(c):
    """Splits the container in two and returns the index's weight_map."""
    c.clear(WEIGHTS)
    weight_map = {}
    middle = len(c.model.names) // 2
    for number, names in ((1, c.model.names[:middle]), (2, c.model.names[middle:])):
        header, offset = {}, 0
        for name in names:
            entry = dict(c.model.header[name])
            size = entry["data_offsets"][1] - entry["data_offsets"][0]
            entry["data_offsets"] = [offset, offset + size]
            header[name], offset = entry, offset + size
            weight_map[name] = f"model-0000{number}-of-00002.safetensors"
        c.weights(header, offset, name=f"model-0000{number}-of-00002.safetensors")
    return weight_map


def index_case(name, wrong, edit):
    """`edit(weight_map, names, c)` returns the index, or None for the map as edited."""
    @case(wrong, name=name)
    def index(c):
        weight_map = shards(c)
        result = edit(weight_map, c.model.names, c)
        c.write(INDEX, json.dumps({"weight_map": weight_map} if result is None else result))


def shard_name_case(name, wrong, value):
    def edit(weight_map, names, c):
        weight_map[names[0]] = value
    index_case(f"shard_{name}", wrong, edit)


shard_name_case("parent", "a shard in the parent folder", "../model-00001-of-00002.safetensors")
shard_name_case("absolute", "a shard at an absolute path", "/etc/passwd")
shard_name_case("below", "a shard in a folder below", "below/model.safetensors")
shard_name_case("backslash", "a shard's name with a backslash", "..\\model.safetensors")
shard_name_case("dot", "a shard named .", ".")
shard_name_case("dot_dot", "a shard named ..", "..")
shard_name_case("empty", "a shard without a name", "")
shard_name_case("null", "null as a shard", None)
shard_name_case("number", "a number as a shard", 1)
shard_name_case("list", "a list as a shard", ["model-00001-of-00002.safetensors"])
shard_name_case("zero_byte", "a zero byte in a shard's name", "model-00001-of-00002.safetensors\0.txt")
shard_name_case("long", "a shard's name of 10,000 letters", "a" * 10_000)
shard_name_case("index", "the index as a shard of itself", INDEX)
shard_name_case("config", "config.json as a shard", "config.json")
shard_name_case("missing", "a shard that is not there", "model-00003-of-00003.safetensors")
shard_name_case("other", "a tensor listed in the other shard", "model-00002-of-00002.safetensors")


@case("a shard of a sharded model is a pipe")
def shard_pipe(c):
    c.write(INDEX, json.dumps({"weight_map": shards(c)}))
    os.mkfifo(c.clear("model-00002-of-00002.safetensors"))


@case("a shard of a sharded model is cut")
def shard_cut(c):
    c.write(INDEX, json.dumps({"weight_map": shards(c)}))
    os.truncate(c.path("model-00002-of-00002.safetensors"), 1000)


@case("both shards are the same file, by a link")
def shard_linked(c):
    c.write(INDEX, json.dumps({"weight_map": shards(c)}))
    os.symlink("model-00001-of-00002.safetensors", c.clear("model-00002-of-00002.safetensors"))


def _unlisted(weight_map, names, c):
    del weight_map[names[0]]


def _absent(weight_map, names, c):
    weight_map["absent.weight"] = weight_map[names[0]]


index_case("index_unlisted", "a tensor of a shard is not listed", _unlisted)
index_case("index_absent", "a listed tensor is in no shard", _absent)
index_case("index_empty", "the index is {}", lambda weight_map, names, c: {})
index_case("index_list", "the index is a list", lambda weight_map, names, c: [weight_map])
index_case("index_map_empty", "weight_map is empty", lambda weight_map, names, c: {"weight_map": {}})
index_case("index_map_list", "weight_map is a list", lambda weight_map, names, c: {"weight_map": list(weight_map)})
index_case("index_map_string", "weight_map is a string", lambda weight_map, names, c: {"weight_map": "model"})
index_case("index_many_shards", "a shard for each of 100,000 tensors",
           lambda weight_map, names, c: {"weight_map": {f"t{i}": f"s{i}" for i in range(100_000)}})


@case("the index lists a tensor twice")
def index_twice(c):
    text = json.dumps(shards(c))
    name = json.dumps(c.model.names[0])
    c.write(INDEX, '{"weight_map": {' + name + ': "model-00002-of-00002.safetensors", ' + text[1:] + "}")


@case("the index ends in the middle")
def index_cut(c):
    text = json.dumps({"weight_map": shards(c)})
    c.write(INDEX, text[:len(text) // 2])


@case("the index is nested 100,000 deep")
def index_depth_bomb(c):
    shards(c)
    c.write(INDEX, '{"weight_map":' * 100_000)


@case("the index is a directory")
def index_directory(c):
    shards(c)
    os.mkdir(c.path(INDEX))


@case("the index is a link to itself")
def index_link_loop(c):
    shards(c)
    os.symlink(INDEX, c.path(INDEX))


# Tensors that do not fit the model.

def tensors_case(name, wrong, edit):
    @case(wrong, "model", name)
    def tensors(c):
        entries = [(n, dict(c.model.header[n])) for n in c.model.names]
        edit(entries)
        header, offset = {}, 0
        for n, entry in entries:
            count = 4 if entry["dtype"] == "F32" else 8
            for extent in entry["shape"]:
                count *= extent
            header[n] = dict(entry, data_offsets=[offset, offset + count])
            offset += count
        c.weights(header, offset)


def _find(entries, part):
    return next(i for i, (name, _) in enumerate(entries) if part in name)


def _missing(part):
    return lambda entries: entries.pop(_find(entries, part))


def _reshaped(part, shape):
    def edit(entries):
        entries[_find(entries, part)][1]["shape"] = shape(entries[_find(entries, part)][1]["shape"])
    return edit


def _integer(entries):
    entries[_find(entries, "q_proj")][1]["dtype"] = "I64"


def _renamed(entries):
    entries[:] = [("model." + name, entry) for name, entry in entries]


tensors_case("tensors_none", "not a single tensor", lambda entries: entries.clear())
tensors_case("tensors_renamed", "every name has a prefix too many", _renamed)
tensors_case("tensor_missing_lm", "a projection of the language model is missing", _missing("decoder.layers.0.fc1"))
tensors_case("tensor_missing_text", "a tensor of the text encoder is missing", _missing("DenseReluDense.wo"))
tensors_case("tensor_missing_codec", "a tensor of the codec's decoder is missing",
             _missing("audio_encoder.decoder.layers.0.conv.bias"))
tensors_case("tensor_missing_codebook", "a codebook is missing", _missing("codebook.embed"))
tensors_case("tensor_missing_head", "a head is missing", _missing("lm_heads.1"))
tensors_case("tensor_unexpected", "a tensor no model has",
             lambda entries: entries.append(("surprise.weight", {"dtype": "F32", "shape": [3]})))
tensors_case("tensor_transposed", "a transposed matrix", _reshaped("fc1", lambda shape: shape[::-1]))
tensors_case("tensor_flat", "a matrix stored flat", _reshaped("fc1", lambda shape: [shape[0] * shape[1]]))
tensors_case("tensor_extra_axis", "an axis of 1 too many", _reshaped("fc1", lambda shape: shape + [1]))
tensors_case("tensor_no_rows", "a matrix without rows", _reshaped("fc1", lambda shape: [0, shape[1]]))
tensors_case("tensor_scalar", "a scalar in place of a bias", _reshaped("lstm.bias_hh_l0", lambda shape: []))
tensors_case("tensor_integer", "integers in place of floating-point weights", _integer)


# config.json: its text.

def config_text_case(name, wrong, text):
    @case(wrong, name=f"config_{name}")
    def config_text(c):
        c.write("config.json", text(json.dumps(c.model.config, indent=2)) if callable(text) else text)


config_text_case("empty", "config.json is empty", b"")
config_text_case("list", "config.json is a list", "[]")
config_text_case("number", "config.json is a number", "1")
config_text_case("cut", "config.json ends in the middle", lambda text: text[:len(text) // 2])
config_text_case("trailing_comma", "a comma before the last brace", lambda text: text.rstrip()[:-1] + ",}")
config_text_case("zero_byte", "a zero byte and more follow the JSON", lambda text: text + "\0garbage")
config_text_case("byte_order_mark", "a byte order mark", lambda text: "\ufeff" + text)
config_text_case("comment", "a comment", lambda text: "// a model\n" + text)
config_text_case("single_quotes", "single quotes", lambda text: text.replace('"', "'"))
config_text_case("nan", "NaN as a number", lambda text: text.replace('"hidden_size": 64', '"hidden_size": NaN'))
config_text_case("infinity", "Infinity as a number",
                 lambda text: text.replace('"hidden_size": 64', '"hidden_size": Infinity'))
config_text_case("overflow", "a number beyond double precision",
                 lambda text: text.replace('"hidden_size": 64', '"hidden_size": 1e999'))
config_text_case("twice", "hidden_size given twice",
                 lambda text: text.replace('"hidden_size": 64', '"hidden_size": 64, "hidden_size": 128'))
config_text_case("utf16", "UTF-16", lambda text: text.encode("utf-16"))
config_text_case("not_utf8", "bytes that are not UTF-8",
                 lambda text: text.encode().replace(b'"gelu"', b'"g\xc3\x28u"'))
config_text_case("depth_bomb", "an unused key nested 100,000 deep",
                 lambda text: '{"x":' + "[" * 100_000 + "]" * 100_000 + "," + text.lstrip()[1:])
config_text_case("value_bomb", "an unused list of two million numbers",
                 lambda text: '{"x":[' + "0," * 2_000_000 + "0]," + text.lstrip()[1:])
config_text_case("binary", "zero bytes", bytes(4096))


@case("config.json is larger than any configuration")
def config_huge(c):
    c.write("config.json", b"{", 80 << 20)


# config.json: its values.

def config_case(path, values):
    for number, value in enumerate(values):
        shown = json.dumps(value)
        shown = shown if len(shown) < 40 else shown[:40] + "..."

        @case(f"{path} is {shown}", "model", f"config_{path.replace('.', '_')}_{number}")
        def config_value(c, value=value):
            def edit(config):
                *parents, last = path.split(".")
                for parent in parents:
                    config = config[parent]
                config[last] = value
            c.config(edit)


config_case("model_type", ["gpt2", "", 7, ["musicgen"]])
config_case("decoder", [[], "musicgen", 3])
config_case("text_encoder", [[], "t5"])
config_case("audio_encoder", [[], "encodec"])
config_case("decoder.hidden_size", [0, -64, 1_000_000_000, 2**63 - 1, 2**64 + 64, 64.5, "abc", "64", [64], {},
                                    True, 72, 128])
config_case("decoder.num_attention_heads", [0, -4, 7, 1_000_000_000, "4"])
config_case("decoder.num_hidden_layers", [0, -1, 2, 4, 1_000_000_000, 2**62, "3"])
config_case("decoder.ffn_dim", [0, -1, 255, 1_000_000_000, None])
config_case("decoder.num_codebooks", [0, -4, 3, 5, 1_000_000_000])
config_case("decoder.vocab_size", [0, -1, 2047, 1_000_000_000_000])
config_case("decoder.audio_channels", [0, -1, 3, 1_000_000])
config_case("decoder.activation_function", ["banana", 5])
config_case("audio_encoder.upsampling_ratios",
            [[8, 0, 4, 4], [8, -5, 4, 4], [], [8, 5, 4], [1] * 1_000_000, [2**31] * 4,
             ["8", "5", "4", "4"], [8, 5, 4, 4.5], "8544", 8, {}])
config_case("audio_encoder.num_filters", [0, -4, 5, 1_000_000_000])
config_case("audio_encoder.codebook_size", [0, -1, 2047, 1_000_000_000])
config_case("audio_encoder.codebook_dim", [0, 23, 1_000_000_000])
config_case("audio_encoder.kernel_size", [0, -7, 5, 1_000_000_000])
config_case("audio_encoder.num_residual_layers", [2, -1, 1_000_000_000])
config_case("audio_encoder.num_lstm_layers", [1, -1, 1_000_000_000])
config_case("audio_encoder.compress", [0, -2, 3])
config_case("audio_encoder.sampling_rate", [0, -32000, "32000"])
config_case("audio_encoder.audio_channels", [0, 7, -1])
config_case("text_encoder.d_model", [0, -48, 47, 1_000_000_000])
config_case("text_encoder.num_heads", [0, -3, 5, 1_000_000_000])
config_case("text_encoder.d_kv", [0, 15, 1_000_000_000])
config_case("text_encoder.d_ff", [0, 97, 1_000_000_000])
config_case("text_encoder.num_layers", [-1, 2, 4, 1_000_000_000])
config_case("text_encoder.vocab_size", [0, 639, 1_000_000_000])
config_case("text_encoder.relative_attention_num_buckets", [0, -1, 31, 1_000_000_000])
config_case("text_encoder.layer_norm_epsilon", ["small", -1.0])
config_case("text_encoder.feed_forward_proj", ["banana", 3])


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
