"""Operations per second of the processor: what else the machine does is not counted."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 1.0  # of each measurement
ROUNDS = 3  # of which the best counts


def per_second(work: Callable[[], int]) -> float:
    """Return the operations per second of a function that returns how many it did.

    The first call, which may compile, is not counted.
    """
    work()
    best = 0.0
    for _ in range(ROUNDS):
        done, began = 0, time.process_time()
        while (spent := time.process_time() - began) < SECONDS / ROUNDS:
            done += work()
        best = max(best, done / spent)
    return best


def show(name: str, rate: float) -> None:
    """Print a line."""
    print(f"{name:58} {rate:14,.0f} /s", flush=True)
