"""What functions return: torch tensors where the process has imported torch, else `Array`."""

from __future__ import annotations

import sys
from typing import Any, Iterator, Optional, Tuple, Union

import numpy as np


class Array(np.lib.mixins.NDArrayOperatorsMixin):
    """A numpy array with the few methods that scripts written for tensors call.

    `array.numpy()` is the numpy array itself, not a copy. numpy's functions, arithmetic and DLPack
    (`torch.from_dlpack(array)`, `np.from_dlpack(array)`) work on it; results of arithmetic are
    Arrays again.
    """

    __slots__ = ("_values",)
    __array_priority__ = 100

    def __init__(self, values: Any):
        self._values = np.asarray(values)

    # what a tensor has

    @property
    def shape(self) -> Tuple[int, ...]:
        return self._values.shape

    @property
    def ndim(self) -> int:
        return self._values.ndim

    @property
    def dtype(self) -> np.dtype:
        return self._values.dtype

    @property
    def device(self) -> str:
        return "cpu"

    @property
    def T(self) -> Array:
        return Array(self._values.T)

    def dim(self) -> int:
        return self._values.ndim

    def size(self, dim: Optional[int] = None) -> Union[int, Tuple[int, ...]]:
        return self._values.shape if dim is None else self._values.shape[dim]

    def numel(self) -> int:
        return self._values.size

    def numpy(self) -> np.ndarray:
        return self._values

    def cpu(self) -> Array:
        return self

    def detach(self) -> Array:
        return self

    def contiguous(self) -> Array:
        return Array(np.ascontiguousarray(self._values))

    def clone(self) -> Array:
        return Array(self._values.copy())

    def float(self) -> Array:
        return Array(self._values.astype(np.float32, copy=False))

    def to(self, *target: Any, **_: Any) -> Array:
        """Itself for "cpu", else as another type of number. Other devices: ValueError."""
        result = self._values
        for item in target:
            if str(item) != "cpu":
                try:
                    result = result.astype(np.dtype(item), copy=False)
                except TypeError:
                    raise ValueError(f"expected cpu or a numpy dtype, found {item!r} "
                                     "(import torch before generating to get tensors)") from None
        return Array(result)

    def squeeze(self, dim: Optional[int] = None) -> Array:
        if dim is not None and self._values.shape[dim] != 1:
            return self
        return Array(self._values.squeeze(dim))

    def unsqueeze(self, dim: int) -> Array:
        return Array(np.expand_dims(self._values, dim))

    def reshape(self, *shape: Any) -> Array:
        return Array(self._values.reshape(*shape))

    view = reshape

    def abs(self) -> Array:
        return Array(np.abs(self._values))

    def max(self) -> Any:
        return self._values.max()

    def min(self) -> Any:
        return self._values.min()

    def mean(self, *arguments: Any, **options: Any) -> Any:
        return _kept(self._values.mean(*arguments, **options))

    def item(self) -> Any:
        return self._values.item()

    def tolist(self) -> Any:
        return self._values.tolist()

    # what a numpy array has

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> np.ndarray:
        if copy:
            return np.array(self._values, dtype=dtype)
        return np.asarray(self._values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = tuple(x._values if isinstance(x, Array) else x for x in inputs)
        if "out" in options:
            options["out"] = tuple(x._values if isinstance(x, Array) else x for x in options["out"])
        result = getattr(ufunc, method)(*plain, **options)
        return tuple(map(_kept, result)) if isinstance(result, tuple) else _kept(result)

    def __dlpack__(self, **options: Any) -> Any:
        return self._values.__dlpack__(**options)

    def __dlpack_device__(self) -> Tuple[int, int]:
        return self._values.__dlpack_device__()

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return (_kept(item) for item in self._values)

    def __getitem__(self, index: Any) -> Any:
        return _kept(self._values[_plain_index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._values[_plain_index(index)] = np.asarray(value)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __float__(self) -> float:
        return float(self._values)

    def __repr__(self) -> str:
        return f"Array({np.array2string(self._values, separator=', ', threshold=100, prefix='Array(')})"


def _kept(value: Any) -> Any:
    return Array(value) if isinstance(value, np.ndarray) else value


def _plain_index(index: Any) -> Any:
    parts = index if isinstance(index, tuple) else (index,)
    plain = tuple(p._values if isinstance(p, Array) else p for p in parts)
    return plain if isinstance(index, tuple) else plain[0]


def loaded_torch() -> Any:
    """torch where this process has imported it, else None. It is never imported here."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "from_numpy") else None


def is_tensor(value: Any) -> bool:
    torch = loaded_torch()
    return torch is not None and isinstance(value, torch.Tensor)


def result_of(values: np.ndarray) -> Any:
    """A new result: a tensor where torch is imported, else an Array."""
    torch = loaded_torch()
    return Array(values) if torch is None else torch.from_numpy(values)


def to_numpy(value: Any) -> np.ndarray:
    """Tensors of any device, Arrays, numpy arrays, whatever speaks DLPack, and nested lists."""
    if is_tensor(value):
        return value.detach().cpu().numpy()
    if isinstance(value, Array):
        return value.numpy()
    if not isinstance(value, np.ndarray) and hasattr(value, "__dlpack__") and hasattr(np, "from_dlpack"):
        return np.from_dlpack(value)
    return np.asarray(value)


def like(values: np.ndarray, model: Any) -> Any:
    """`values` as the kind that `model` is: a tensor (on its device), an Array or a numpy array."""
    if is_tensor(model):
        return loaded_torch().from_numpy(np.ascontiguousarray(values)).to(model.device)
    return Array(values) if isinstance(model, Array) else values
