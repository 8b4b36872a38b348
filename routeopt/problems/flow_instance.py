"""Flow admission as arrays: what solvers and environments of flows are given, and what they give back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Indices

UNLIMITED = 2**53  #: where a limit is not in use; sums of bandwidths stay below it


class FlowInstance(NamedTuple):
    """A network of n nodes and m arcs that draw on L capacities, and F flows that ask for a path each.

    The arcs out of node v are ``first_out[v]`` to ``first_out[v + 1] - 1``. Arc a draws on the capacity number
    ``link[a]``: one of its own, or one that it shares with its twin where both directions of a link do.
    """

    first_out: Integers  # (n + 1,)
    tail: Indices  # (m,)
    head: Indices  # (m,)
    link: Integers  # (m,)
    capacity: Integers  # (L,) in the unit of the bandwidths; 0 where all arcs are closed
    delay: Floats  # (m,) 0 where none is stated
    table: Integers  # (n,) flows that may enter a node
    throughput: Integers  # (n,) bandwidth that may enter a node
    source: Indices  # (F,)
    target: Indices  # (F,)
    bandwidth: Integers  # (F,) above 0
    weight: Integers  # (F,) what admitting a flow is worth, above 0
    max_delay: Floats  # (F,) of a path; inf: any
    max_hops: Integers  # (F,) of a path; UNLIMITED: any

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.first_out) - 1

    @property
    def flows(self) -> int:
        """Number of flows."""
        return len(self.source)


class FlowPaths(NamedTuple):
    """The path of each flow, its arcs one behind the other in rows; a flow without arcs is rejected."""

    first: Integers  # (F + 1,) the arcs of flow f are arcs[first[f]:first[f + 1]]
    arcs: Indices

    @classmethod
    def from_lists(cls, paths: Iterable[Sequence[int]]) -> FlowPaths:
        """Return the paths of flows from lists of arcs."""
        lists = [np.asarray(path, np.int32) for path in paths]
        first = np.concatenate([[0], np.cumsum([len(path) for path in lists])]).astype(np.int64)
        return cls(first, np.concatenate([*lists, np.empty(0, np.int32)]))

    def lists(self) -> list[list[int]]:
        """Return the arcs of each flow."""
        return [self.arcs[a:b].tolist() for a, b in zip(self.first, self.first[1:], strict=False)]

    def admitted(self) -> Integers:
        """Return the flows that have a path, ascending."""
        return np.flatnonzero(np.diff(self.first))


def used(instance: FlowInstance, paths: FlowPaths) -> Integers:
    """Return how much of each capacity ``(L,)`` the paths take."""
    bandwidth = np.repeat(instance.bandwidth, np.diff(paths.first))
    found = np.zeros(len(instance.capacity), np.int64)
    np.add.at(found, instance.link[paths.arcs], bandwidth)
    return found
