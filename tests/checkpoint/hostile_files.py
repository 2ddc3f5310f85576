"""Cases: what lies in place of a file, the tokenizer, shards and their index."""

import json
import os

from hostile_model import INDEX, WEIGHTS, case


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
