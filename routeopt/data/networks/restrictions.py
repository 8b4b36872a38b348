"""Turn restrictions of OpenStreetMap: from relations to sequences of arcs that may not be driven.

``no_*`` forbids what it says; ``only_*`` forbids every other way on from its last node. They hold at a node or along
ways between (``via``). A profile that ``except`` names is free, ``restriction:motorcar`` concerns cars alone, and what
depends on the hour (``restriction:conditional``) is left aside, as is what an extract has cut in two. People on foot
heed none.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from routeopt.problems.instance import Integers
from routeopt.problems.network import Indices

# Tags that hold a restriction for a profile, the particular first.
CONCERNING = {
    "car": ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle", "restriction"),
    "bike": ("restriction:bicycle", "restriction:vehicle", "restriction"),
    "foot": (),
}
EXEMPT = {"car": {"motorcar", "motor_vehicle", "vehicle"}, "bike": {"bicycle", "vehicle"}, "foot": {"foot"}}
TAGS = sorted({tag for tags in CONCERNING.values() for tag in tags})


class Restriction(NamedTuple):
    """What a relation says, by identifiers of the source."""

    only: bool  # this way and no other
    turns_back: bool  # about going back along the street one came from
    origins: tuple[int, ...]  # ways
    node: int  # between, -1: ways are
    ways: tuple[int, ...]
    targets: tuple[int, ...]  # ways


def restriction_of(
    tags: Mapping[str, str], members: Sequence[tuple[str, int, str]], profile: str
) -> Restriction | None:
    """Return what a relation says to a profile, None where that is nothing or makes no sense.

    Parameters
    ----------
    members : sequence of (type, identifier, role)
        As in the file: type ``n`` or ``w``, roles ``from``, ``via`` and ``to``.
    """
    told = next((tags[key] for key in CONCERNING[profile] if key in tags), "")
    free = set(re.split(r"[;,\s]+", tags.get("except", "")))
    if tags.get("type") != "restriction" or not told.startswith(("no_", "only_")) or free & EXEMPT[profile]:
        return None
    origins, targets = _ways(members, "from"), _ways(members, "to")
    ways = _ways(members, "via")
    nodes = [number for kind, number, role in members if kind == "n" and role == "via"]
    if not origins or not targets or len(nodes) + bool(ways) != 1:
        return None
    return Restriction(
        told.startswith("only_"), told == "no_u_turn", origins, nodes[0] if nodes else -1, ways, targets
    )


def _ways(members: Iterable[tuple[str, int, str]], wanted: str) -> tuple[int, ...]:
    return tuple(number for kind, number, role in members if kind == "w" and role == wanted)


def forbidden(
    restrictions: Iterable[Restriction], tail: Indices, head: Indices, way: Integers, node_id: Integers
) -> tuple[Indices, ...]:
    """Return the sequences of arcs that restrictions forbid.

    Parameters
    ----------
    tail, head, way : (m,) arrays
        Ends of the arcs, and the way each comes from.
    node_id : (n,) array
        Identifiers of the nodes.
    """
    restrictions = list(restrictions)
    arcs = _Arcs(restrictions, tail, head, way, node_id)
    found: dict[tuple[int, ...], None] = {}
    for restriction in restrictions:
        for before, targets in arcs.approaches(restriction):
            found.update(dict.fromkeys(_sequences(restriction, before, targets, arcs)))
    return tuple(np.array(sequence, np.int32) for sequence in found)


def _sequences(
    restriction: Restriction, before: tuple[int, ...], targets: list[int], arcs: _Arcs
) -> Iterable[tuple[int, ...]]:
    """Yield what is forbidden after some arcs, where `targets` are the arcs that a restriction names."""
    back = [arc for arc in targets if arcs.is_back(arc, before[-1])]
    onward = [arc for arc in targets if arc not in back]
    if restriction.only:
        last = [arc for arc in arcs.out[arcs.head[before[-1]]] if arc not in onward] if onward else []
    else:
        last = (back or onward) if restriction.turns_back else onward
    yield from ((*before, arc) for arc in last)


class _Arcs:
    """The arcs near restrictions: by way, and out of the nodes between."""

    def __init__(
        self,
        restrictions: Iterable[Restriction],
        tail: Indices,
        head: Indices,
        way: Integers,
        node_id: Integers,
    ) -> None:
        named = {number for r in restrictions for number in (*r.origins, *r.ways, *r.targets)}
        chosen = np.flatnonzero(np.isin(way, np.fromiter(named, np.int64, len(named))))
        ends = np.zeros(len(node_id), bool)
        ends[tail[chosen]] = ends[head[chosen]] = True
        near = np.flatnonzero(ends[tail])
        self.tail: dict[int, int] = dict(zip(near.tolist(), tail[near].tolist(), strict=True))
        self.head: dict[int, int] = dict(zip(near.tolist(), head[near].tolist(), strict=True))
        self.out: defaultdict[int, list[int]] = defaultdict(list)
        for arc, node in self.tail.items():
            self.out[node].append(arc)
        self.of: defaultdict[int, list[int]] = defaultdict(list)
        for arc, number in zip(chosen.tolist(), way[chosen].tolist(), strict=True):
            self.of[number].append(arc)
        nodes = np.flatnonzero(ends)
        self.id: dict[int, int] = dict(zip(nodes.tolist(), node_id[nodes].tolist(), strict=True))
        self._way: dict[int, int] = dict(zip(chosen.tolist(), way[chosen].tolist(), strict=True))

    def is_back(self, arc: int, before: int) -> bool:
        """Return whether an arc runs back along the one before."""
        return self._way[before] == self._way.get(arc) and self.head[arc] == self.tail[before]

    def approaches(self, restriction: Restriction) -> Iterable[tuple[tuple[int, ...], list[int]]]:
        """Yield the arcs that lead to where a restriction decides, and the arcs it names there."""
        origins = [arc for number in restriction.origins for arc in self.of[number]]
        targets = [arc for number in restriction.targets for arc in self.of[number]]
        chains: list[tuple[int, ...]]
        if not restriction.ways:
            chains = [(arc,) for arc in origins if self.id[self.head[arc]] == restriction.node]
        else:
            starts, ends = {self.head[a] for a in origins}, {self.tail[a] for a in targets}
            between = self._between(restriction.ways, starts, ends)
            chains = [
                (arc, *via) for via in between for arc in origins if self.head[arc] == self.tail[via[0]]
            ]
        for chain in chains:
            node = self.head[chain[-1]]
            yield chain, [arc for arc in targets if self.tail[arc] == node]

    def _between(self, ways: tuple[int, ...], starts: set[int], ends: set[int]) -> list[tuple[int, ...]]:
        """Return the fewest arcs that lead along all of some ways, from each of `starts` to each of `ends`."""
        onward: defaultdict[int, list[int]] = defaultdict(list)
        for arc in (arc for number in ways for arc in self.of[number]):
            onward[self.tail[arc]].append(arc)
        found = []
        for start in sorted(starts & onward.keys()):
            came: dict[int, tuple[int, ...]] = {start: ()}
            queue = deque([start])
            while queue:
                node = queue.popleft()
                for arc in onward[node]:
                    if self.head[arc] not in came:
                        came[self.head[arc]] = (*came[node], arc)
                        queue.append(self.head[arc])
            found += [came[end] for end in sorted(ends & came.keys() - {start})]
        return [chain for chain in found if {self._way[arc] for arc in chain} == set(ways)]
