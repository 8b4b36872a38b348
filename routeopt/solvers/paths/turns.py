"""Turns: a network whose nodes are the arcs of another one, so that a turn can be forbidden or cost something.

An arc of the new network is the drive from the end of one arc, through a turn, to the end of the next (Caldwell 1961).
A restriction of three or more arcs forbids its last turn only to who came along all of it; such a turn is unfolded:
the arcs before it get copies that remember how far along the restriction they lie.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.network import Network


@dataclass(frozen=True, eq=False)
class Turns:
    """A network of turns, and how it belongs to the one that it was made of.

    Parameters
    ----------
    network : Network
        Its nodes stand for arcs of the other network, at their ends; its columns are those of the arc that a turn leads
        into, and ``turn``, what the turn itself costs, is part of ``time``.
    arc : (N,) int32 array
        The arc that each node stands for; those behind the first m are copies.
    """

    network: Network
    arc: NDArray[np.int32]

    def along(self, arcs: ArrayLike, begin: int) -> NDArray[np.int32]:
        """Return the arcs of the other network on a path of this one that begins at node `begin`."""
        heads = self.network.head[np.asarray(arcs, np.int64)]
        return self.arc[np.concatenate([[begin], heads])]


def with_turns(network: Network, *, u_turn: float = np.inf) -> Turns:
    """Return the network of turns: restrictions are kept, and turning back costs `u_turn` seconds.

    Parameters
    ----------
    network : Network
    u_turn : float
        What it costs to go back along an arc's twin; by default it is forbidden but at dead ends, where it is free.

    Raises
    ------
    ProblemError
        `u_turn` is negative or no number.
    """
    if not u_turn >= 0:
        raise ProblemError(f"u_turn: {u_turn}; give seconds of 0 or more, or inf to forbid turning back")
    before, after = _turns(network)
    back = network.twin[before] == after
    degree = np.diff(network.first_out)
    penalty = np.where(back & (degree[network.tail[after]] > 1), u_turn, 0.0)
    allowed = np.isfinite(penalty) & ~_forbidden(network, before, after)
    before, after, penalty = before[allowed], after[allowed], penalty[allowed]
    arc = np.arange(len(network.head), dtype=np.int32)
    for restriction in network.restrictions:
        if len(restriction) > 2:
            before, after, penalty, arc = _unfold(before, after, penalty, arc, restriction)
    return Turns(_network(network, before, after, penalty, arc), arc)


def _turns(network: Network) -> tuple[Integers, Integers]:
    """Return all pairs of arcs of which the second begins where the first ends."""
    sizes = np.diff(network.first_out)[network.head]
    before = np.repeat(np.arange(len(network.head)), sizes)
    first = network.first_out[:-1][network.head]
    return before, np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def _forbidden(network: Network, before: Integers, after: Integers) -> Flags:
    """Whether a restriction of two arcs forbids each turn."""
    m = len(network.head)
    pairs = np.array([r for r in network.restrictions if len(r) == 2], np.int64).reshape(-1, 2)
    return np.isin(before * m + after, pairs[:, 0] * m + pairs[:, 1])


def _unfold(
    before: Integers, after: Integers, penalty: Floats, arc: NDArray[np.int32], restriction: Iterable[int]
) -> tuple[Integers, Integers, Floats, NDArray[np.int32]]:
    """Forbid a sequence of arcs: copies of all but its first and last arc are entered only along it."""
    arcs = [int(a) for a in restriction]
    inner = arcs[1:-1]
    # Whatever stands for an arc of the sequence may lie along another one too: each of them gets its own copies.
    level: dict[int, list[int]] = {0: np.flatnonzero(arc == arcs[0]).tolist()}
    for depth, middle in enumerate(inner, start=1):
        entries = [np.flatnonzero((before == node) & (arc[after] == middle)) for node in level[depth - 1]]
        level[depth] = []
        for turns in entries:
            for turn in turns.tolist():
                copy, original = len(arc), int(after[turn])
                arc = np.append(arc, arc[original]).astype(np.int32)
                leaving = np.flatnonzero(before == original)
                after = np.where(np.arange(len(after)) == turn, copy, after)
                before = np.append(before, np.full(len(leaving), copy))
                after, penalty = np.append(after, after[leaving]), np.append(penalty, penalty[leaving])
                level[depth].append(copy)
    last = np.isin(before, level[len(inner)]) & (arc[after] == arcs[-1])
    return before[~last], after[~last], penalty[~last], arc


def _network(
    network: Network, before: Integers, after: Integers, penalty: Floats, arc: NDArray[np.int32]
) -> Network:
    """Return the network of these turns."""
    into = arc[after]
    columns = {name: np.asarray(column)[into] for name, column in network.arcs.items()}
    columns["turn"] = penalty
    if "time" in columns:
        columns["time"] = columns["time"] + penalty
    return Network.from_arcs(
        before,
        after,
        size=len(arc),
        arcs=columns,
        labels=network.labels,
        places=None if network.places is None else network.places[network.head[arc]],
        geographic=network.geographic,
        closed=None if network.closed is None else network.closed[into],
        source=network.source,
    )
