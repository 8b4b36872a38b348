"""Random small networks for tests of paths: loops, parallel arcs, zero weights, closed arcs, unreachable nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from routeopt.problems.network import Network


@st.composite
def multigraphs(draw: st.DrawFn, *, most: int = 14, step: int = 1, closed: bool = True) -> Network:
    """Draw a network with columns time (what is minimised), length and toll, whole multiples of `step`."""
    n = draw(st.integers(1, most))
    weight = st.integers(0, 4) if draw(st.booleans()) else st.integers(0, 1000)
    arc = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), weight, st.integers(0, 9), st.booleans())
    arcs = draw(st.lists(arc, max_size=4 * n))
    both = draw(st.booleans())
    rows = [(*row, False) for row in arcs] + (
        [(h, t, w, c, x, True) for t, h, w, c, x in arcs] if both else []
    )
    table = np.array(rows, np.int64).reshape(-1, 6)
    shut = table[:, 4].astype(bool) & (table[:, 2] % 3 == 0) if closed else np.zeros(len(table), bool)
    return Network.from_arcs(
        table[:, 0],
        table[:, 1],
        size=n,
        arcs={"time": table[:, 2] * float(step), "length": table[:, 3].astype(float)},
        closed=shut,
    )


def listed(network: Network, column: str = "time") -> list[tuple[int, int, Any]]:
    """Return the arcs as the twins want them."""
    weights = np.asarray(network.arcs[column], float).copy()
    if network.closed is not None:
        weights[network.closed] = np.inf
    return list(zip(network.tail.tolist(), network.head.tolist(), weights.tolist(), strict=True))
