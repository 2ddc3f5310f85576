#!/usr/bin/env python3
"""Compares `musicgen tokenize` with the Hugging Face T5 tokenizer, text by text.

    scripts/check_tokenizer.py build/release/bin/musicgen MODEL_DIRECTORY [--count 20000] [--seed 1] [--code-points]

MODEL_DIRECTORY holds tokenizer.json or spiece.model. Needs the packages transformers and sentencepiece. Random texts
mix what tokenizers trip over; --code-points adds every code point of Unicode, alone and between others. Exits with 1
when any ids differ. (NUL cannot be an argument of a program; the unit tests have it.)
"""
import argparse
import json
import random
import subprocess
import sys
import unicodedata

WORDS = ("80s pop track with bassy drums and synth 90s rock song loud guitars heavy piano a the lo-fi chill hop "
         "UPPERCASE Angstrom cafe hahaha aaaaaaaa oooooooooh lalalalala ------ !!!!!!! 120bpm 4/4 F#m 808 & don't").split()
SPECIALS = ["</s>", "<pad>", "<unk>", "<extra_id_0>", "<extra_id_1>", "<extra_id_10>", "<extra_id_99>",
            "<extra_id_100>", "<extra_id_>", "</s", "<</s>>", "< pad>", "<PAD>", "<s>", "\uff1cpad\uff1e",
            "\uff1c/s\uff1e", "\uff1cunk\uff1e", "\uff1cextra_id_7\uff1e"]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\v", "\f", "\x85", "\xa0", "\u1680", "\u2000", "\u2003", "\u2009",
          "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"]
HIDDEN = ["\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\xad", "\x01", "\x07", "\x1b", "\x7f", "\x80",
          "\x9f", "\ufffd", "\ufffe", "\U000e0001", "\U000e0061", "\u061c", "\u180e"]
MARKS = ["\u0301", "\u0300", "\u0308", "\u0303", "\u030a", "\u0327", "\u0341", "\u20d0", "\ufe0f", "\ufe0e", "\u3099",
         "\u093c", "\u094d", "\u0e33", "\u05b0", "\u064b", "\u0c4d", "\u0903", "\U0001f3fd"]
CHARACTERS = ["é", "ñ", "Å", "\u212b", "ﬁ", "ﬄ", "½", "²", "™", "…", "“", "—", "①", "㎏", "㍿", "ｆ", "Ａ", "ｶ", "ﾞ", "日",
              "本", "語", "の", "음", "\u1112\u1161\u11ab", "\u1100", "\u1161", "\u11a8", "क", "ष", "\u0958", "ก", "ن",
              "\u0600", "\u06dd", "\u070f", "🎵", "🎹", "👩", "🇩", "🇪", "©", "▁", "▁▁", "_", "\U00010348", "ß", "ı",
              "\u0390", "\u1f80", "\u3392", "\ufdfa", "\u0d4e"]


def random_text(rng):
    kinds = (WORDS, SPACES, SPECIALS, HIDDEN, MARKS, CHARACTERS)
    weights = rng.choice(((9, 6, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1), (1, 1, 0, 1, 5, 5), (2, 2, 5, 1, 0, 1)))
    out = []
    for _ in range(rng.choice((1, 2, 3, 5, 8, 13, 30))):
        if rng.random() < 0.03:
            out.append(chr(rng.choice((rng.randrange(1, 0x250), rng.randrange(0x250, 0xd800), rng.randrange(0xe000, 0x110000)))))
        elif rng.random() < 0.02:
            out.append("".join(rng.choice("abehlo") for _ in range(rng.randrange(50, 400))))
        elif rng.random() < 0.03:
            out.append(unicodedata.normalize(rng.choice(("NFD", "NFC", "NFKD")), "".join(rng.sample(CHARACTERS, 4))))
        else:
            out.append(rng.choice(rng.choices(kinds, weights)[0]))
            if weights[0] == 9 and rng.random() < 0.7:
                out.append(" ")
    return "".join(out)


def random_bytes(rng):
    """Now and then a text that is not UTF-8."""
    data = bytearray(random_text(rng).encode())
    if rng.random() < 0.1 and data:
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(1, 256)
    return bytes(data)


def code_point_texts():
    for code in range(1, 0x110000):
        if not 0xD800 <= code < 0xE000:
            yield ("a%sb \u00bd%s\u0301 %s" % ((chr(code),) * 3)).encode()


def ours(program, directory, texts):
    command = [program.encode(), b"tokenize", b"--model", directory.encode(), b"--"] + texts
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("directory")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--code-points", action="store_true")
    arguments = parser.parse_args()

    from transformers import AutoTokenizer
    reference = AutoTokenizer.from_pretrained(arguments.directory)
    rng = random.Random(arguments.seed)
    texts = [b"", b" ", b"</s>", b"</s></s>", b"x</s>y", b"  </s>  "]
    texts += [random_bytes(rng) for _ in range(arguments.count)]
    if arguments.code_points:
        texts += code_point_texts()
    different = 0
    for begin in range(0, len(texts), 2000):
        batch = texts[begin:begin + 2000]
        expected = reference([text.decode("utf-8", "replace") for text in batch])["input_ids"]
        for text, want, got in zip(batch, expected, ours(arguments.program, arguments.directory, batch), strict=True):
            if want != got:
                different += 1
                if different <= 20:
                    print(f"{text!r} ({ascii(text.decode('utf-8', 'replace'))})\n  expected {want}\n  found    {got}")
    print(f"{len(texts)} texts, {different} with other ids")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
