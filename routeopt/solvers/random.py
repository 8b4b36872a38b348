"""Random numbers inside kernels: xoshiro256++ over four words that the caller owns.

The state is an array, so that a kernel can be called in small portions and still give
one sequence, and so that every thread has its own. Source: Blackman & Vigna, "Scrambled
linear pseudorandom number generators", ACM TOMS 47 (2021).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import inner

State = NDArray[np.uint64]

_23, _41, _17, _45, _19, _32, _11 = (np.uint64(bits) for bits in (23, 41, 17, 45, 19, 32, 11))


def random_state(rng: np.random.Generator) -> State:
    """Return a fresh state of shape (4,), drawn from a NumPy generator."""
    state = rng.integers(0, 2**64, 4, dtype=np.uint64)
    state[0] |= np.uint64(1)  # all zeros would stay zeros
    return state


@inner
def draw(state: State) -> np.uint64:
    """Return 64 random bits."""
    total = state[0] + state[3]
    result = ((total << _23) | (total >> _41)) + state[0]
    shifted = state[1] << _17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << _45) | (state[3] >> _19)
    return result


@inner
def below(state: State, bound: int) -> np.int64:
    """Return a whole number from 0 to bound - 1; bound is at least 1 and below 2**32."""
    return np.int64(((draw(state) >> _32) * np.uint64(bound)) >> _32)


@inner
def uniform(state: State) -> float:
    """Return a number from [0, 1)."""
    return np.float64(draw(state) >> _11) * (1.0 / 9007199254740992.0)


@inner
def shuffle(values: NDArray[np.int32], state: State) -> None:
    """Put the values into random order."""
    for i in range(len(values) - 1, 0, -1):
        j = below(state, i + 1)
        values[i], values[j] = values[j], values[i]
