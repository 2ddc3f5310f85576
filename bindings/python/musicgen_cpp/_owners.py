"""The name `musicgen` belongs to several distributions."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import List

_OURS = "musicgen_cpp"


def other_owners(package_file: str) -> List[str]:
    """The other distributions, installed beside this one, that put files into the folder of `package_file`.

    Only those named musicgen… are read: reading what every installed distribution holds takes longer
    than an import may.
    """
    folder = Path(package_file).parent
    owners = []
    for record in sorted(folder.parent.glob("musicgen*.dist-info/RECORD")):
        name = record.parent.name.split("-")[0]
        if name.lower() == _OURS:
            continue
        try:
            files = record.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if f"\n{folder.name}/" in "\n" + files:
            owners.append(name)
    return owners


def warn_of_other_owners(package_file: str) -> None:
    owners = other_owners(package_file)
    if owners:
        warnings.warn(f"the distribution {', '.join(owners)} also put files into the folder musicgen of "
                      "musicgen-cpp: uninstall it, or import musicgen_cpp, which is the same package",
                      stacklevel=3)
