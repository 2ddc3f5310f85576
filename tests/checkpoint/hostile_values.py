"""Cases: tensors that do not fit the model, and config.json, its text and its values."""

import json

from hostile_model import case


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
    entries[:] = [("model_" + name, entry) for name, entry in entries]


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
