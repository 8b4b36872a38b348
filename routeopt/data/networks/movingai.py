"""MovingAI grids, ``.map`` (Sturtevant 2012): a node for each passable cell, arcs between neighbours.

Steps are 1 long, or the square root of 2 from corner to corner. A diagonal step needs both cells beside it passable, as
in the benchmark's scenarios: no corner is cut. The place of a cell is its column and row, counted from 0 at the upper
left, as scenarios count; node column ``id`` is row × width + column. All passable kinds are alike: the rule that water
and land do not meet is left aside.
"""

from __future__ import annotations

import re

import numpy as np

from routeopt.data.readers.source import Source
from routeopt.errors import ProblemError
from routeopt.problems.network import Network

PASSABLE = ".GS"
HEAD = re.compile(r"^type\s+\w+\s+(?:height|width)\s", re.IGNORECASE)
STRAIGHT = ((0, 1), (1, 0), (0, -1), (-1, 0))
DIAGONAL = ((1, 1), (1, -1), (-1, -1), (-1, 1))


def recognises(head: str) -> bool:
    """Return whether a file begins with the type and size of a grid."""
    return HEAD.match(head) is not None


def parse(source: Source, *, connectivity: int = 8, passable: str = PASSABLE) -> Network:
    """Read a file.

    Parameters
    ----------
    source : Source
    connectivity : {8, 4}
        Neighbours of a cell.
    passable : str
        Characters of cells that can be entered; by default ground ``.`` and ``G``, and swamp ``S``.
    """
    if connectivity not in (4, 8):
        raise ProblemError(f"connectivity must be 4 or 8, not {connectivity!r}")
    height, width, begin = _size(source)
    rows = source.lines[begin:]
    while rows and not rows[-1].strip():
        rows.pop()
    if len(rows) != height:
        source.complain(
            f"height {height}, but there are {len(rows)} rows; check that it was written completely"
        )
    lengths = [len(row) != width for row in rows]
    source.refuse(range(begin + 1, begin + 1 + len(rows)), lengths, f"a row has {width} cells, as width says")
    source.finish()
    cells = np.array([list(row) for row in rows], "<U1").reshape(height, width)
    return _grid(np.isin(cells, list(passable)), connectivity, source.stem)


def _size(source: Source) -> tuple[int, int, int]:
    """Return height, width and the number of lines before the first row."""
    stated: dict[str, str] = {}
    head = [line.strip().lower() for line in source.lines[:10]]
    for line in head:
        word, _, value = line.partition(" ")
        stated[word] = value.strip()
    if "map" not in head:
        source.complain("no line 'map' comes before the rows")
    for name in ("height", "width"):
        if not stated.get(name, "").isdigit():
            source.complain(f"{name} must be a whole number, not '{stated.get(name, '')}'")
    source.finish()
    return int(stated["height"]), int(stated["width"]), head.index("map") + 1


def _grid(free: np.ndarray, connectivity: int, source: str) -> Network:
    height, width = free.shape
    number = np.cumsum(free.ravel()).reshape(height, width) - 1
    rim = np.pad(free, 1)

    def beside(down: int, right: int) -> np.ndarray:
        return rim[1 + down : 1 + down + height, 1 + right : 1 + right + width]

    tails, heads, lengths = [], [], []
    for down, right in STRAIGHT + DIAGONAL * (connectivity == 8):
        can = free & beside(down, right) & beside(down, 0) & beside(0, right)
        row, place = np.nonzero(can)
        tails.append(number[row, place])
        heads.append(number[row + down, place + right])
        lengths.append(np.full(len(row), np.hypot(down, right)))
    row, place = np.nonzero(free)
    return Network.from_arcs(
        np.concatenate(tails),
        np.concatenate(heads),
        size=len(row),
        arcs={"length": np.concatenate(lengths)},
        nodes={"id": row * width + place},
        places=np.stack([place, row], axis=1).astype(np.float64),
        source=source,
    )
