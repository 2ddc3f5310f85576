"""Cases: model.safetensors as a container, its lengths, its JSON and the entries there."""

import json
import struct

from hostile_model import WEIGHTS, case


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
