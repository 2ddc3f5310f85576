"""The libraries that a program or library needs, put beside it so that it runs where they are not installed.

Linux, ELF of 64 bits; Debian's dpkg tells whose licence a library has.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import elf_versions

# Debian 11, Ubuntu 20.04.
GLIBC = (2, 31)
COMPATIBLE = "libmusicgen-glibc.so"
# What every system has: parts of glibc, and GCC's run-time library, which must match it.
SYSTEM = re.compile(r"(ld-linux.*|lib(c|m|pthread|dl|rt|resolv|gcc_s))\.so.*|linux-vdso.*|" + re.escape(COMPATIBLE))
# Compiled into our own binaries, so that no file tells that they are there.
INSIDE = ("nlohmann-json3-dev", "libkissfft-dev")


def needed(binary):
    """The libraries, not the system's own, that the loader finds for this one: {name: path}."""
    found = {}
    for line in subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout.splitlines():
        name, _, place = line.strip().partition(" => ")
        if place == "not found":
            raise SystemExit(f"{binary}: {name} is not found")
        if place and not SYSTEM.fullmatch(os.path.basename(name)):
            found[name] = Path(place.split(" (")[0])
    return found


def c_library(binary):
    """This system's libc.so.6, as the loader finds it for a binary."""
    listing = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    return Path(re.search(r"libc\.so\.6 => (\S+)", listing)[1])


def package_of(path):
    """The Debian package that owns a library."""
    real = path.resolve()
    for candidate in (real, path, Path("/usr") / str(real).lstrip("/")):
        owner = subprocess.run(["dpkg", "-S", str(candidate)], capture_output=True, text=True).stdout
        if owner:
            return owner.split(":")[0]
    raise SystemExit(f"{path}: no package owns it, so its licence is not known")


def bundle(binary, lib, licences, inside=INSIDE):
    """Copies into `lib` what `binary` needs, and into `licences` the copyright files of these and of `inside`."""
    libraries = needed(binary)
    licences.mkdir(parents=True, exist_ok=True)
    for name, path in libraries.items():
        shutil.copyfile(path, lib / name)
    for package in {package_of(path) for path in libraries.values()} | set(inside):
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", licences / f"{package}.txt")


def fit_to_glibc(binaries, compatible):
    """Strips the binaries and lets them run on GLIBC; what that lacks they find in the library `compatible`."""
    provided = elf_versions.defined(compatible) | elf_versions.defined_in(c_library(compatible), GLIBC)
    for path in sorted(binaries):
        path.chmod(0o755)
        subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
        missing = elf_versions.forget_newer(path, GLIBC) - provided
        if missing:
            raise SystemExit(f"{path.name}: needs {', '.join(sorted(missing))} of a newer glibc, which "
                             f"{COMPATIBLE} does not have")
