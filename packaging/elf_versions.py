"""The versions of glibc that a program or shared library asks for, and how to ask for less.

What is linked on a newer system names versions of glibc that an older one lacks, for a handful of functions; the loader
then refuses the whole file. Without a version, each of these functions is looked for by its name alone, in the older
glibc and in glibc_compat.c, which has what it lacks.
"""

import re
import struct

_SECTION = struct.Struct("<IIQQQQIIQQ")  # name, type, flags, address, offset, size, link, info, alignment, entry size
_SYMBOL = struct.Struct("<IBBHQQ")       # name, info, other, section, value, size
_NEED = struct.Struct("<HHIII")          # version, count, file, first, next
_NEED_VERSION = struct.Struct("<IHHII")  # hash, flags, other, name, next
_OWN_VERSION = struct.Struct("<HHHHIII")  # version, flags, number, count, hash, first, next
_UNVERSIONED = 1


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
        """(name, whether it is defined here, number of its version, where that number stands)"""
        _, _, _, _, at, size, *_ = self.sections[".dynsym"]
        versions = self.sections.get(".gnu.version")
        for i in range(size // _SYMBOL.size):
            name, _, _, section, _, _ = _SYMBOL.unpack_from(self.data, at + i * _SYMBOL.size)
            place = versions[4] + 2 * i if versions else None
            number = struct.unpack_from("<H", self.data, place)[0] if versions else _UNVERSIONED
            yield self.text(self.begin(".dynstr") + name), section != 0, number & 0x7fff, place

    def needed_versions(self):
        """(where its entry lies, the version's name, its number); an entry begins with the name's hash"""
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

    def own_versions(self):
        """(name, number) of the versions that the library defines"""
        at = self.begin(".gnu.version_d")
        while True:
            _, _, number, _, _, first, following = _OWN_VERSION.unpack_from(self.data, at)
            (name,) = struct.unpack_from("<I", self.data, at + first)
            yield self.text(self.begin(".dynstr") + name), number
            if following == 0:
                return
            at += following


def _glibc_version(name):
    """(2, 31) of "GLIBC_2.31" and of "GLIBC_2.31.1"; None of another name."""
    version = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", name)
    return (int(version[1]), int(version[2])) if version else None


def defined(path):
    """The names that a library defines."""
    return {name for name, here, *_ in _Elf(path).symbols() if here}


def defined_in(path, glibc):
    """The names that this system's C library defines for programs linked with `glibc` or an older one."""
    elf = _Elf(path)
    old = {number for name, number in elf.own_versions() if (_glibc_version(name) or glibc) <= glibc}
    return {name for name, here, number, _ in elf.symbols() if here and number in old}


def forget_newer(path, glibc):
    """Takes, in the file, the versions of glibc behind `glibc` from the functions asked for. Returns their names.

    The entry of such a version then names the oldest one in the file, which every glibc has.
    """
    elf = _Elf(path)
    entries = [(_glibc_version(name), entry, number) for entry, name, number in elf.needed_versions()
               if _glibc_version(name)]
    newer = [(entry, number) for version, entry, number in entries if version > glibc]
    if not newer:
        return set()
    oldest, from_entry, _ = min(entries)
    if oldest > glibc:
        raise SystemExit(f"{path}: expected a version of glibc up to {glibc}, found {oldest} and newer ones alone")
    for entry, _ in newer:
        for at in (0, 8):  # hash, name
            elf.data[entry + at:entry + at + 4] = elf.data[from_entry + at:from_entry + at + 4]
    numbers = {number for _, number in newer}
    names = set()
    for name, here, number, place in elf.symbols():
        if not here and number in numbers:
            struct.pack_into("<H", elf.data, place, _UNVERSIONED)
            names.add(name)
    path.write_bytes(elf.data)
    return names
