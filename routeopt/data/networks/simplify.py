"""Chains of arcs made one arc: nodes between exactly two others go, the line they stood on stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Flags, Floats, Integers
from routeopt.problems.network import Indices, Network, Shapes

SUMS = ("length", "time")
GRAIN = 2.0**20  # sums are of whole numbers, so that both directions of a street get the same to the last bit


def simplify(network: Network) -> Network:
    """Return the network with each chain of arcs between two junctions made one arc.

    Distances between the nodes that remain are those of before. A node goes where it has exactly two neighbours and
    every way in leads on to the other one: a dead end stays, and so does a node where a one-way street begins. The
    nodes at which restrictions decide stay, and the ends of closed arcs. Of a loop two nodes in the middle stay, so
    that no arc returns to where it began.

    Lengths and times are summed, to a millionth; of capacities the least holds; flags hold where any part has them;
    all other columns are those of the longest part.
    """
    if not len(network.head):
        return network
    kept = _decisive(network)
    chains = _chains(network, kept)
    while len(more := np.concatenate([_one_of_each_ring(network, chains), _middles(network, chains)])):
        kept[more] = True
        chains = _chains(network, kept)
    return _contracted(network, chains)


class _Chains(NamedTuple):
    """Arcs in the order of chains: chain c is ``arcs[first[c]:first[c + 1]]``."""

    interior: Flags  # (n,) nodes that go
    first: Integers
    arcs: Integers
    rings: Integers  # arcs of chains that have no end
    after: Integers  # (m,) the arc that follows each, -1: none


def _decisive(network: Network) -> Flags:
    """Return the nodes (n,) that must stay for what happens at them."""
    kept = np.zeros(network.size, bool)
    tail, head = network.tail, network.head
    kept[head[tail == head]] = True
    if network.closed is not None:
        kept[tail[network.closed]] = kept[head[network.closed]] = True
    for arcs in network.restrictions:
        between = head[arcs[:-1]]
        kept[between[[0, -1]]] = True
        kept[between[tail[arcs[:-1]] == head[arcs[1:]]]] = True
    return kept


def _chains(network: Network, kept: Flags) -> _Chains:
    after, interior = _following(network, kept)
    m = len(after)
    before = np.full(m, -1)
    before[after[after >= 0]] = np.flatnonzero(after >= 0)
    # Doubling: after round k each arc knows the one 2 ** k before it, or the first of its chain.
    first, place = np.where(before >= 0, before, np.arange(m)), (before >= 0).astype(np.int64)
    waiting, last = int((before[first] >= 0).sum()), -1
    while waiting != last:  # the same number twice: only rings are left
        place += place[first]
        first = first[first]
        waiting, last = int((before[first] >= 0).sum()), waiting
    ring = before[first] >= 0
    members = np.flatnonzero(~ring)
    arcs = members[np.lexsort((place[members], first[members]))]
    begins = np.flatnonzero(before[arcs] < 0)
    return _Chains(interior, np.append(begins, len(arcs)), arcs, np.flatnonzero(ring), after)


def _following(network: Network, kept: Flags) -> tuple[Integers, Flags]:
    """Return the arc that follows each where its head is in the middle of a chain, else -1; and those nodes."""
    tail, head, first_out = network.tail, network.head, network.first_out
    out, into = np.diff(first_out), np.bincount(head, minlength=network.size)
    by_head = np.argsort(head, kind="stable")
    first_in = np.concatenate([[0], np.cumsum(into)])
    interior = np.zeros(network.size, bool)
    one = np.flatnonzero((out == 1) & (into == 1) & ~kept)
    interior[one] = tail[by_head[first_in[one]]] != head[first_out[one]]
    two = np.flatnonzero((out == 2) & (into == 2) & ~kept)
    there = np.sort(np.stack([head[first_out[two]], head[first_out[two] + 1]]), axis=0)
    back = np.sort(np.stack([tail[by_head[first_in[two]]], tail[by_head[first_in[two] + 1]]]), axis=0)
    interior[two] = (there[0] != there[1]) & (there == back).all(axis=0)
    after = np.full(len(head), -1)
    arcs = np.flatnonzero(interior[head])
    after[arcs] = first_out[head[arcs]]
    after[arcs] += head[after[arcs]] == tail[arcs]  # not back where one came from
    return after, interior


def _one_of_each_ring(network: Network, chains: _Chains) -> Integers:
    """Return a node of each ring on which no node stays, the same for both of its directions."""
    left, nodes = set(chains.rings.tolist()), []
    while left:
        ring = list(_round(left.pop(), chains.after))
        left.difference_update(ring)
        nodes.append(int(network.tail[ring].min()))
    return np.array(nodes, np.int64)


def _round(arc: int, after: Integers) -> Iterable[int]:
    """Yield the arcs of a ring."""
    start = arc
    yield arc
    while (arc := int(after[arc])) != start:
        yield arc


def _middles(network: Network, chains: _Chains) -> Integers:
    """Return two nodes of each chain that returns to where it began, the same for both of its directions."""
    begin, end = chains.first[:-1], chains.first[1:]
    loop = network.tail[chains.arcs[begin]] == network.head[chains.arcs[end - 1]]
    loop &= end - begin > 1
    begin, end = begin[loop], end[loop]
    third = (end - begin) // 3
    nodes: Integers = network.tail[chains.arcs[np.concatenate([begin + third, end - third])]]
    return nodes


def _contracted(network: Network, chains: _Chains) -> Network:
    first, arcs = chains.first, chains.arcs
    begin, size = first[:-1], np.diff(first)
    street = np.where(network.twin >= 0, np.minimum(network.twin, np.arange(len(arcs))), np.arange(len(arcs)))
    # Twins are paired in the order of arcs where several run between two nodes: keep streets together.
    order = np.argsort(np.minimum.reduceat(street[arcs], begin), kind="stable")
    arcs = arcs[np.repeat(begin[order], size[order]) + _counts(size[order])]
    first = np.concatenate([[0], np.cumsum(size[order])])
    stays = ~chains.interior
    number = np.cumsum(stays) - 1
    chain = np.empty(len(arcs), np.int64)
    chain[arcs] = np.repeat(np.arange(len(size)), np.diff(first))
    return Network.from_arcs(
        number[network.tail[arcs[first[:-1]]]],
        number[network.head[arcs[first[1:] - 1]]],
        size=int(stays.sum()),
        arcs=_columns(network, arcs, first, street),
        nodes={name: column[stays] for name, column in network.nodes.items()},
        places=None if network.places is None else network.places[stays],
        geographic=network.geographic,
        labels=network.labels,
        shapes=_shapes(network, arcs, first),
        restrictions=tuple(
            _passed(chain, sequence, chains.interior[network.tail[sequence]])
            for sequence in network.restrictions
        ),
        closed=None if network.closed is None else network.closed[arcs[first[:-1]]],
        source=network.source,
    )


def _counts(sizes: Integers) -> Integers:
    """Return 0, 1, … up to each of some sizes, one behind the other."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _passed(chain: Integers, sequence: Indices, interior: Flags) -> NDArray[np.int32]:
    """Return the chains that a sequence of arcs passes, each once for all of its arcs."""
    new = np.ones(len(sequence), bool)
    new[1:] = ~interior[1:]
    return chain[sequence[new]].astype(np.int32)


def _columns(network: Network, arcs: Integers, first: Integers, street: Integers) -> dict[str, NDArray[Any]]:
    """Return the columns of chains."""
    begin, single = first[:-1], np.diff(first) == 1
    length = np.asarray(network.arcs.get("length", np.zeros(len(arcs))), np.float64)
    chain = np.repeat(np.arange(len(begin)), np.diff(first))
    longest = arcs[np.lexsort((street[arcs], -length[arcs], chain))[begin]]
    columns: dict[str, NDArray[Any]] = {}
    for name, column in network.arcs.items():
        values = np.asarray(column)
        if name in SUMS:
            whole = np.round(values[arcs].astype(np.float64) * GRAIN).astype(np.int64)
            total = np.add.reduceat(whole, begin) / GRAIN
            columns[name] = np.where(
                single, values[longest], total.astype(np.result_type(values, np.float32))
            )
        elif name == "capacity":
            columns[name] = np.minimum.reduceat(values[arcs], begin)
        elif values.dtype == bool:
            columns[name] = np.logical_or.reduceat(values[arcs], begin)
        else:
            columns[name] = values[longest]
    return columns


def _shapes(network: Network, arcs: Integers, first: Integers) -> Shapes | None:
    """Return the lines of chains: those of their arcs, and the nodes between."""
    if network.places is None:
        return None
    m = len(arcs)
    shapes = network.shapes or Shapes(np.zeros(m + 1, np.int64), np.zeros((0, 2)))
    own = np.diff(shapes.first)[arcs]
    inner = np.ones(m, np.int64)
    inner[first[1:] - 1] = 0
    ends = np.cumsum(own + inner)
    points: Floats = np.empty((int(ends[-1]), 2))
    points[np.repeat(ends - own - inner, own) + _counts(own)] = shapes.points[
        np.repeat(shapes.first[:-1][arcs], own) + _counts(own)
    ]
    between = inner > 0
    points[ends[between] - 1] = network.places[network.head[arcs[between]]]
    return Shapes(np.concatenate([[0], ends])[first], points)
