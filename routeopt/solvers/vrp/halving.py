"""Routes that lie together, for each thread some: halved again and again by straight lines in any direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def halve(
    group: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    sizes: NDArray[np.int64],
    parts: int,
    rng: np.random.Generator,
) -> list[NDArray[np.int64]]:
    """Divide the routes of a group, by their centres and sizes, into parts of about as many stops each."""
    if parts <= 1 or len(group) <= 1:
        return [group]
    angle = rng.uniform(0.0, np.pi)
    order = group[np.argsort(x[group] * np.cos(angle) + y[group] * np.sin(angle), kind="stable")]
    first = parts // 2
    total = np.cumsum(sizes[order])
    middle = int(np.searchsorted(total, total[-1] * first / parts)) + 1
    middle = min(middle, len(order) - 1)
    return halve(order[:middle], x, y, sizes, first, rng) + halve(
        order[middle:], x, y, sizes, parts - first, rng
    )
