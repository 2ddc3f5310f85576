#!/usr/bin/env python3
"""Makes a wheel that needs nothing but the C library: bundle.py WHEEL OUT_DIR

Puts the shared libraries that libmusicgen.so needs beside it, with their licences, and lets all of them run on glibc
2.31 (Debian 11, Ubuntu 20.04), though they were linked with a newer one. Standard library alone; Linux, ELF of 64 bits.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import elf_versions

GLIBC = (2, 31)
LIBRARY = "musicgen_cpp/lib/libmusicgen.so"
COMPATIBLE = "libmusicgen-glibc.so"
SYSTEM = re.compile(r"(ld-linux.*|lib(c|m|pthread|dl|rt|gcc_s))\.so.*|linux-vdso.*|" + re.escape(COMPATIBLE))


def needed(library):
    """The libraries, not the system's own, that the loader finds for this one: {name: path}."""
    found = {}
    for line in subprocess.run(["ldd", library], capture_output=True, text=True, check=True).stdout.splitlines():
        name, _, place = line.strip().partition(" => ")
        if place == "not found":
            raise SystemExit(f"{library}: {name} is not found")
        if place and not SYSTEM.fullmatch(os.path.basename(name)):
            found[name] = Path(place.split(" (")[0])
    return found


def copy_licence(path, folder):
    """The copyright file of the Debian package that owns a library."""
    real = path.resolve()
    for candidate in (real, path, Path("/usr") / str(real).lstrip("/")):
        owner = subprocess.run(["dpkg", "-S", str(candidate)], capture_output=True, text=True).stdout
        if owner:
            package = owner.split(":")[0]
            folder.mkdir(exist_ok=True)
            shutil.copyfile(f"/usr/share/doc/{package}/copyright", folder / f"{package}.txt")
            return
    raise SystemExit(f"{path}: no package owns it, so its licence is not known")


def record_line(root, path):
    digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    return f"{path.relative_to(root).as_posix()},sha256={digest},{path.stat().st_size}\n"


def main(wheel, out):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(root)
        lib = (root / LIBRARY).parent
        for name, path in needed(root / LIBRARY).items():
            shutil.copyfile(path, lib / name)
            copy_licence(path, lib / "licences")
        provided = elf_versions.defined(lib / COMPATIBLE)
        for path in sorted(lib.glob("*.so*")):
            path.chmod(0o755)
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
            missing = elf_versions.make_newer_optional(path, GLIBC) - provided
            if missing:
                raise SystemExit(f"{path.name}: needs {', '.join(sorted(missing))} of a newer glibc, which "
                                 f"{COMPATIBLE} does not have")

        (info,) = root.glob("*.dist-info")
        tag = f"py3-none-manylinux_{GLIBC[0]}_{GLIBC[1]}_{os.uname().machine}"
        text = (info / "WHEEL").read_text()
        (info / "WHEEL").write_text(re.sub(r"^Tag: .*$", f"Tag: {tag}", text, flags=re.MULTILINE))
        files = sorted(path for path in root.rglob("*") if path.is_file() and path != info / "RECORD")
        record = "".join(record_line(root, path) for path in files)
        (info / "RECORD").write_text(record + f"{info.name}/RECORD,,\n")

        out = Path(out)
        out.mkdir(parents=True, exist_ok=True)
        made = out / f"{info.name.removesuffix('.dist-info')}-{tag}.whl"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in [*files, info / "RECORD"]:
                archive.write(path, path.relative_to(root).as_posix())
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
