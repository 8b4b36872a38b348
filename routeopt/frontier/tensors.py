"""A network as tensors, and where long rows of arcs are cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from routeopt.solvers.paths.open_arcs import OpenArcs

_LANE = 4  # what a lane costs besides its arcs, in arcs


class Rows(NamedTuple):
    """The open arcs of a network in rows by their tail, on a device."""

    first: torch.Tensor  # (n + 1,) int64
    tail: torch.Tensor  # (m,) int64
    head: torch.Tensor  # (m,) int64
    weight: torch.Tensor  # (m,) int64 or float64
    degree: torch.Tensor  # (n,) int64
    cut: int  # MDT: arcs that a lane takes at most, where long rows are cut
    first_part: torch.Tensor  # (n + 1,) the parts of node v, of `cut` arcs at most, are numbered from here

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.first) - 1


def on_device(arcs: OpenArcs, device: torch.device) -> Rows:
    """Return the arcs as tensors on a device."""
    degree = np.diff(arcs.first_out)
    cut = best_cut(degree)
    first_part = np.concatenate([[0], np.cumsum(-(-degree // cut))])
    first, tail, head, weight, degree, first_part = (
        torch.tensor(np.asarray(column, column.dtype if column is arcs.weight else np.int64), device=device)
        for column in (arcs.first_out, arcs.tail, arcs.head, arcs.weight, degree, first_part)
    )
    return Rows(first, tail, head, weight, degree, cut, first_part)


def best_cut(degree: NDArray[np.int64]) -> int:
    """Return the number of arcs in a lane at which all nodes together cost least, from the histogram of degrees.

    A node of degree d takes ceil(d / cut) lanes, each of which costs ``cut`` and a little more, full or not.
    """
    histogram = np.bincount(degree)
    degrees = np.flatnonzero(histogram)
    degrees = degrees[degrees > 0]
    if not len(degrees):
        return 1
    cuts = np.unique(np.concatenate([degrees[degrees <= 64], 2 ** np.arange(int(degrees[-1]).bit_length())]))
    cost = (histogram[degrees] * -(-degrees // cuts[:, None])).sum(axis=1) * (cuts + _LANE)
    return int(cuts[cost.argmin()])
