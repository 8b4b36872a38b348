"""Grids with obstacles, in which one walks north, east, south and west.

After GridRoute (2025, arXiv 2505.24306): a few square obstacles. Beside those, single cells that are blocked
by chance, whose pockets and dead ends are harder.
"""

from __future__ import annotations

import numpy as np

from routeopt.data.generators.options import check, number, one_of, whole
from routeopt.problems.instance import Flags
from routeopt.problems.network import Network

DIRECTIONS = ("north", "east", "south", "west")
_STEPS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # rows, columns
OBSTACLES = ("squares", "cells")


def cardinal_grid(free: Flags) -> Network:
    """Return a grid as a network in which the d-th arc of each cell leads to DIRECTIONS[d].

    Parameters
    ----------
    free : (H, W) bool array
        Cells that can be entered; row 0 is the northern one.

    Returns
    -------
    Network
        Node r·W + c is the cell of row r and column c, blocked ones too; every node has four arcs of ``length`` 1.
        Those from or into a blocked cell are closed; so are those out of the grid, which lead back to their cell.
        Coordinates are column and −row.
    """
    height, width = free.shape
    rim = np.pad(free, 1)
    cell = np.arange(height * width).reshape(height, width)
    heads, closed = np.empty((height, width, 4), np.int32), np.empty((height, width, 4), bool)
    for d, (down, right) in enumerate(_STEPS):
        row = np.clip(np.arange(height) + down, 0, height - 1)
        column = np.clip(np.arange(width) + right, 0, width - 1)
        heads[:, :, d] = cell[np.ix_(row, column)]
        closed[:, :, d] = ~(free & rim[1 + down : 1 + down + height, 1 + right : 1 + right + width])
    place = np.stack([np.tile(np.arange(width), height), -np.repeat(np.arange(height), width)], 1)
    return Network(
        np.arange(height * width + 1) * 4,
        heads.ravel(),
        arcs={"length": np.ones(heads.size)},
        places=place.astype(np.float64),
        closed=closed.ravel(),
        source=f"grid of {height} × {width} cells",
    )


def obstacles(rng: np.random.Generator, size: int, kind: str = "squares", share: float = 0.3) -> Flags:
    """Return which cells of a square grid are free, (size, size).

    Parameters
    ----------
    rng : Generator
    size : int
        Cells on a side.
    kind : "squares" or "cells"
        GridRoute's squares, which may overlap: on 10, 20 and 30 cells two of 3, three of 4 and four of 5 on a side; or
        each cell blocked by chance.
    share : float
        The chance of "cells".

    Raises
    ------
    ProblemError
        A value is out of range.
    """
    check(whole("size", size, 5), one_of("kind", kind, OBSTACLES), number("share", share, 0.0, 0.9))
    if kind == "cells":
        return rng.random((size, size)) >= share
    free = np.ones((size, size), bool)
    side = 2 + max(1, size // 10)
    for row, column in rng.integers(0, size - side + 1, (side - 1, 2)):
        free[row : row + side, column : column + side] = False
    return free
