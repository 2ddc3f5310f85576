"""The versions of glibc that a shared library asks for, and how to ask for less.

A library linked on a newer system names versions of glibc that an older one lacks, for a handful of functions; the
loader then refuses the whole library. Marked as weak, a missing version is passed over, and each of these functions is
looked for by its name: glibc_compat.c provides them.
"""

import re
import struct

_SECTION = struct.Struct("<IIQQQQIIQQ")  # name, type, flags, address, offset, size, link, info, alignment, entry size
_SYMBOL = struct.Struct("<IBBHQQ")       # name, info, other, section, value, size
_NEED = struct.Struct("<HHIII")          # version, count, file, first, next
_NEED_VERSION = struct.Struct("<IHHII")  # hash, flags, other, name, next
_WEAK = 2


class _Elf:
    def __init__(self, path):
        self.path = path
        self.data = bytearray(path.read_bytes())
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise SystemExit(f"{path}: expected an ELF file of 64 bits, little endian")
        (offset,) = struct.unpack_from("<Q", self.data, 40)
        size, count, names = struct.unpack_from("<HHH", self.data, 58)
        self.sections = {}
        rows = [_SECTION.unpack_from(self.data, offset + i * size) for i in range(count)]
        for row in rows:
            self.sections[self.text(rows[names][4] + row[0])] = row

    def text(self, at):
        return self.data[at:self.data.index(0, at)].decode()

    def begin(self, name):
        return self.sections[name][4]

    def symbols(self):
        """(name, whether it is defined here, number of its version)"""
        _, _, _, _, at, size, *_ = self.sections[".dynsym"]
        versions = self.sections.get(".gnu.version")
        for i in range(size // _SYMBOL.size):
            name, _, _, section, _, _ = _SYMBOL.unpack_from(self.data, at + i * _SYMBOL.size)
            number = struct.unpack_from("<H", self.data, versions[4] + 2 * i)[0] if versions else 1
            yield self.text(self.begin(".dynstr") + name), section != 0, number & 0x7fff

    def needed_versions(self):
        """(where its entry lies, the version's name, its number)"""
        if ".gnu.version_r" not in self.sections:
            return
        at = self.begin(".gnu.version_r")
        while True:
            _, count, _, first, following = _NEED.unpack_from(self.data, at)
            entry = at + first
            for _ in range(count):
                _, _, number, name, step = _NEED_VERSION.unpack_from(self.data, entry)
                yield entry, self.text(self.begin(".dynstr") + name), number
                entry += step
            if following == 0:
                return
            at += following


def defined(path):
    """The names that a library defines."""
    return {name for name, here, _ in _Elf(path).symbols() if here}


def make_newer_optional(path, glibc):
    """Marks, in the file, the versions of glibc behind `glibc` as weak. Returns the names asked for at those."""
    elf = _Elf(path)
    numbers = set()
    for entry, name, number in elf.needed_versions():
        version = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", name)
        if version and (int(version[1]), int(version[2])) > glibc:
            (flags,) = struct.unpack_from("<H", elf.data, entry + 4)
            struct.pack_into("<H", elf.data, entry + 4, flags | _WEAK)
            numbers.add(number)
    path.write_bytes(elf.data)
    return {name for name, here, number in elf.symbols() if not here and number in numbers}
