#!/usr/bin/env python3
"""Makes a wheel that needs nothing but the C library: bundle_wheel.py WHEEL OUT_DIR

Puts the shared libraries that libmusicgen.so needs beside it, with their licences, and lets all of them run on glibc
2.31 (Debian 11, Ubuntu 20.04), though they were linked with a newer one. Standard library alone.
"""

import base64
import hashlib
import os
import re
import sys
import tempfile
import zipfile
from pathlib import Path

from libraries import COMPATIBLE, GLIBC, INSIDE, bundle, fit_to_glibc

LIBRARY = "musicgen_cpp/lib/libmusicgen.so"


def record_line(root, path):
    digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    return f"{path.relative_to(root).as_posix()},sha256={digest},{path.stat().st_size}\n"


def main(wheel, out):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(root)
        lib = (root / LIBRARY).parent
        bundle(root / LIBRARY, lib, lib / "licences", (*INSIDE, "libyaml-cpp-dev"))
        fit_to_glibc(lib.glob("*.so*"), lib / COMPATIBLE)

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
