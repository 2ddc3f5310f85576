"""Models of the Hugging Face hub: huggingface_hub downloads them where it is installed.

The C library finds what lies in the cache by itself; this is asked when it does not.
"""

from __future__ import annotations

import re
from typing import Dict, List

from ._errors import BadInputError, Error

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
_SMALL_FILES = ("config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json",
                "tokenizer_config.json", "spiece.model", "special_tokens_map.json", "README.md")
_AUDIOCRAFT = ("state_dict.bin", "compression_state_dict.bin")
_STYLE, _MERT = "facebook/musicgen-style", "m-a-p/MERT-v1-95M"  # which hears the style
_DEMUCS = "adefossez/HTDemucs"
_POINTER_BYTES = 4096  # an AudioCraft codec file below this names a codec elsewhere


def is_hub_id(name: str) -> bool:
    """Whether a name is "org/name[@revision]"."""
    return _HUB_ID.fullmatch(name) is not None and ".." not in name


def choose_files(sizes: Dict[str, int]) -> List[str]:
    """The files of a repository to download, of all its files with their bytes: one form of the weights.

    model.safetensors, else an index with all its shards, else the smaller of pytorch_model*.bin and
    AudioCraft's pair.
    """
    small = [name for name in _SMALL_FILES if name in sizes]
    if "model.safetensors" in sizes:
        return small + ["model.safetensors"]
    shards = sorted(name for name in sizes if re.fullmatch(r"model-\d+-of-\d+\.safetensors", name))
    if shards and "model.safetensors.index.json" in sizes:
        return small + ["model.safetensors.index.json"] + shards
    forms = []
    if set(_AUDIOCRAFT) <= set(sizes):
        forms.append(list(_AUDIOCRAFT))
    bins = sorted(name for name in sizes if re.fullmatch(r"pytorch_model(-\d+-of-\d+)?\.bin", name))
    if bins and "config.json" in sizes:
        index = [name for name in ("pytorch_model.bin.index.json",) if name in sizes and len(bins) > 1]
        forms.append(index + bins)
    if not forms:
        raise BadInputError("expected model.safetensors, its shards, pytorch_model.bin or state_dict.bin with "
                            f"compression_state_dict.bin, found {', '.join(sorted(sizes)) or 'no files'}")
    return small + min(forms, key=lambda names: sum(sizes[name] for name in names))


def download(name: str, missing: BadInputError) -> str:
    """The folder of the downloaded model. `missing` says why the cache was not enough."""
    try:
        import huggingface_hub
    except ImportError:
        raise BadInputError(f"{missing}; pip install huggingface_hub lets it be downloaded") from missing
    repository, _, revision = name.partition("@")
    try:
        info = huggingface_hub.HfApi().model_info(repository, revision=revision or None, files_metadata=True)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
        files = choose_files(sizes)
        folder = huggingface_hub.snapshot_download(repository, revision=info.sha, allow_patterns=files)
        if "state_dict.bin" in files:
            _download_small("t5-base", "model.safetensors")
            if sizes["compression_state_dict.bin"] < _POINTER_BYTES:
                _download_small("facebook/encodec_32khz", "model.safetensors")
            if repository == _STYLE:
                _download_small(_MERT, "pytorch_model.bin")
        return folder
    except Error as problem:
        raise BadInputError(f"{repository}: {problem}") from None
    except Exception as problem:  # its exceptions differ from version to version
        raise Error(f"{repository}: not in the cache, and huggingface_hub cannot download it: "
                    f"{_first_line(problem)}") from problem


def adapter(name: str) -> str:
    """The folder of a LoRA adapter of the hub, from the cache or downloaded by huggingface_hub.

    Else the name itself, with which the C library looks into the cache and says what is missing.
    """
    try:
        import huggingface_hub
    except ImportError:
        return name
    repository, _, revision = name.partition("@")
    patterns = ["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin", "README.md"]
    for cache_alone in (True, False):
        try:
            return huggingface_hub.snapshot_download(repository, revision=revision or None, allow_patterns=patterns,
                                                     local_files_only=cache_alone)
        except Exception:  # not there, or no network
            continue
    return name


def demucs(missing: BadInputError) -> str:
    """The folder of the downloaded HT-Demucs. `missing` says why the caches were not enough."""
    try:
        import huggingface_hub
    except ImportError:
        raise BadInputError(f"{missing}; so does Python where huggingface_hub is installed") from missing
    try:
        return huggingface_hub.snapshot_download(_DEMUCS, allow_patterns=["htdemucs.yaml", "955717e8.safetensors",
                                                                          "README.md"])
    except Exception as problem:  # its exceptions differ from version to version
        raise Error(f"{_DEMUCS}: not in the cache, and huggingface_hub cannot download it: "
                    f"{_first_line(problem)}") from problem


def _download_small(repository: str, weights: str) -> None:
    import huggingface_hub
    huggingface_hub.snapshot_download(repository, allow_patterns=[*_SMALL_FILES, weights])


def _first_line(problem: Exception) -> str:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return f"{type(problem).__name__}: {lines[0]}" if lines else type(problem).__name__
