#!/usr/bin/env python3
"""Makes an archive of the program that needs nothing but the C library: make_archive.py TREE VERSION OUT_DIR

TREE is the installed component runtime of a build with MUSICGEN_PORTABLE. Leaves
musicgen-VERSION-bin-linux-x64.tar.gz in OUT_DIR, whose folder may lie anywhere: bin/musicgen finds lib/ beside bin/.
"""

import gzip
import os
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from libraries import COMPATIBLE, INSIDE, bundle, fit_to_glibc

ROOT = Path(__file__).resolve().parent.parent


def write_archive(folder, made):
    """Equal files give an equal archive, whoever packs them and when."""
    def plain(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
        return entry

    # The name is the archive's own only once it is whole.
    unfinished = made.with_name(made.name + ".part")
    with open(unfinished, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive:
            archive.add(folder, folder.name, recursive=False, filter=plain)
            for path in sorted(folder.rglob("*")):
                archive.add(path, path.relative_to(folder.parent).as_posix(), recursive=False, filter=plain)
    unfinished.rename(made)


def main(tree, version, out):
    tree, out = Path(tree), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    name = f"musicgen-{version}-bin-linux-x64"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / name
        for part in ("bin", "share/man", "share/bash-completion", "share/zsh", "share/fish"):
            shutil.copytree(tree / part, folder / part)
        lib = folder / "lib"
        lib.mkdir()
        shutil.copyfile(tree / "lib" / COMPATIBLE, lib / COMPATIBLE)
        program = folder / "bin" / "musicgen"
        bundle(program, lib, folder / "licences", (*INSIDE, "libcli11-dev"))
        fit_to_glibc([program, *lib.glob("*.so*")], lib / COMPATIBLE)
        shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
        shutil.copyfile(ROOT / "packaging" / "archive_readme.md", folder / "README.md")
        made = out / f"{name}.tar.gz"
        write_archive(folder, made)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
