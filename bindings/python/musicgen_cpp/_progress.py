"""Progress of a batch as one count of steps: to a callback, a tqdm bar, or a line of text."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Sequence

ProgressCallback = Callable[[int, int], None]


class Progress:
    """Told of each request's steps, it shows their mean; it never goes back."""

    def __init__(self, requests: Sequence[int], show: ProgressCallback):
        self._done: Dict[int, int] = dict.fromkeys(requests, 0)
        self._show = show
        self._shown = (0, 0)

    def update(self, request: int, done: int, total: int) -> None:
        self._done[request] = done
        step = (sum(self._done.values()) // len(self._done), max(total, self._shown[1]))
        if step > self._shown:
            self._shown = step
            self._show(*step)


class Bar:
    """A tqdm bar where tqdm is installed, else AudioCraft's line on stdout."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        self._tqdm: Any = tqdm
        self._bar: Any = None
        self._printed = False

    def __call__(self, generated: int, to_generate: int) -> None:
        if self._tqdm is None:
            print(f"{generated: 6d} / {to_generate: 6d}", end="\r", flush=True)
            self._printed = True
            return
        if self._bar is None:
            self._bar = self._tqdm(total=to_generate, unit="step")
        self._bar.update(generated - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._printed:
            print()


def shown(callback: Optional[ProgressCallback]) -> Any:
    """The callback itself, or a bar."""
    return callback if callback is not None else Bar()
