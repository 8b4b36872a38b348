"""Random small networks for property tests: parallel arcs, loops, bends, closed arcs, columns of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from routeopt.problems.network import Network, Shapes

NAMES = ("", "High Street", "Straße des 17. Juni", 'the "old" road, west')


@st.composite
def networks(
    draw: st.DrawFn, *, geographic: bool | None = None, min_arcs: int = 0, columns: bool = True
) -> Network:
    """Return a network with places; most arcs have one that runs back along them."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    degrees = draw(st.booleans()) if geographic is None else geographic
    n = draw(st.integers(1, 8))
    edges = draw(st.integers(min_arcs, 12))
    places = _places(rng, n, geographic=degrees)
    tail, head = rng.integers(n, size=(2, edges))
    bends = [_places(rng, int(k), geographic=degrees) for k in rng.choice([0, 0, 1, 3], size=edges)]
    both = rng.random(edges) < draw(st.sampled_from([0.0, 0.7, 1.0]))
    tails, heads = np.concatenate([tail, head[both]]), np.concatenate([head, tail[both]])
    lines = bends + [bend[::-1] for bend, is_both in zip(bends, both, strict=True) if is_both]
    m = len(tails)
    arcs: dict[str, Any] = {}
    arcs["length"] = np.concatenate([length := rng.choice([0.0, 1.5, 10.25], size=edges), length[both]])
    given: dict[str, Any] = {}
    if draw(st.booleans()):
        given["shapes"] = Shapes(
            np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
            np.concatenate([np.zeros((0, 2)), *lines]),
        )
    if draw(st.booleans()):
        given["closed"] = rng.random(m) < 0.2
    if columns:
        arcs |= {
            "name": rng.integers(-1, len(NAMES), m).astype(np.int16),
            "toll": rng.random(m) < 0.5,
            "way": rng.integers(-(2**40), 2**40, m),
            "ratio": rng.random(m),
        }
        given["labels"] = {"name": NAMES}
        given["nodes"] = {
            "id": rng.permutation(n) + 2**33,
            "word": np.array(["ä", "bc"])[rng.integers(2, size=n)],
        }
        given["source"] = "a test"
        if m:
            given["restrictions"] = tuple(
                rng.integers(m, size=rng.integers(2, 4)).astype(np.int32) for _ in range(rng.integers(3))
            )
    return Network.from_arcs(tails, heads, size=n, places=places, geographic=degrees, arcs=arcs, **given)


def _places(rng: np.random.Generator, count: int, *, geographic: bool) -> np.ndarray:
    """Return places on a coarse grid, so that some coincide; geographic ones have 7 decimals."""
    grid = rng.integers(0, 12, (count, 2)).astype(np.float64)
    return np.round(grid * (0.0012, 0.0007) + (24.9384, 60.1699), 7) if geographic else grid
