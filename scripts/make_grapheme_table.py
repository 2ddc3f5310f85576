#!/usr/bin/env python3
"""Prints src/text/grapheme_table.inc: the Unicode properties that rule where a grapheme cluster may end (UAX #29).

Needs the package `regex`, whose tables follow Unicode: version 2025.11.3 has Unicode 17, by which the Hugging Face
tokenizers 0.23 segment (a later one differs in a few newly assigned marks).

    pip install regex==2025.11.3 && scripts/make_grapheme_table.py > src/text/grapheme_table.inc
"""
import regex

# The values of Grapheme_Cluster_Break as src/text/grapheme.cc numbers them. LV and LVT syllables are left out: they
# follow from the code point.
BREAK = ["Other", "CR", "LF", "Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark", "L", "V", "T"]
CONJUNCT = ["None", "Consonant", "Extend", "Linker"]  # Indic_Conjunct_Break, times 16
PICTOGRAPHIC = 64


def value_of(char, patterns):
    value = 0
    for number, name in enumerate(BREAK):
        if number and patterns["GCB=" + name].match(char):
            value |= number
    for number, name in enumerate(CONJUNCT):
        if number and patterns["InCB=" + name].match(char):
            value |= 16 * number
    if patterns["Extended_Pictographic"].match(char):
        value |= PICTOGRAPHIC
    return value


def main():
    names = ["GCB=" + n for n in BREAK[1:]] + ["InCB=" + n for n in CONJUNCT[1:]] + ["Extended_Pictographic"]
    patterns = {name: regex.compile(r"\p{%s}" % name) for name in names}
    ranges = []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        value = value_of(chr(code), patterns)
        if value == 0:
            continue
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == value:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, value])
    print("// Made by scripts/make_grapheme_table.py from Unicode 17: first and last code point, properties.")
    line = ""
    for first, last, value in ranges:
        item = "{0x%x, 0x%x, %d}," % (first, last, value)
        if line and len(line) + 1 + len(item) > 100:
            print(line)
            line = ""
        line += (" " if line else "") + item
    print(line)


if __name__ == "__main__":
    main()
