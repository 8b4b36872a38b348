"""What a traveller likes and dislikes: roads and areas to keep away from, and points to come by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.problems.instance import Flags
from routeopt.problems.network import Network

#: what can be avoided by name: a column of flags, or classes of roads
KINDS: Mapping[str, str | frozenset[str]] = {
    "tolls": "toll",
    "unpaved": "unpaved",
    "motorways": frozenset({"motorway", "motorway_link"}),
}
_MOST_FREE = 10  # points whose order is free: all orders are weighed


@dataclass(frozen=True)
class RoutePreferences:
    """What paths should avoid, favour and come by.

    Parameters
    ----------
    avoid : sequence of str
        ``"tolls"``, ``"motorways"``, ``"unpaved"``, or classes of roads of the network, such as ``"track"``. What is
        avoided is used only if there is no other way, and then as little as possible.
    areas : sequence of (M, 2) arrays
        Polygons of longitude and latitude, or plane coordinates, to avoid likewise: every arc that touches them.
    factors : mapping of str to float
        By the same words as in `avoid`, how many times as dear such arcs seem: more than 1 to dislike them, less to
        favour them.
    via : sequence of points
        Nodes or coordinates that the path must come by.
    any_order : bool
        Whether the points may be visited in the best order, 10 at most.

    Raises
    ------
    ProblemError
        A factor is not above 0, an area is no polygon, or there are too many points to order.
    """

    avoid: Sequence[str] = ()
    areas: Sequence[ArrayLike] = ()
    factors: Mapping[str, float] = field(default_factory=dict)
    via: Sequence[Any] = ()
    any_order: bool = False

    def __post_init__(self) -> None:
        errors = [
            f"factors: '{word}' must be a number above 0, not {factor}; to shun something, name it in avoid"
            for word, factor in self.factors.items()
            if not 0 < factor < np.inf
        ]
        if isinstance(self.avoid, str):
            errors.append(f"avoid is a sequence of words; write avoid=({self.avoid!r},)")
        for i, area in enumerate(self.areas):
            corners = np.asarray(area, np.float64)
            if corners.ndim != 2 or corners.shape[1:] != (2,) or len(corners) < 3:
                errors.append(
                    f"areas: number {i} has shape {corners.shape}; a polygon is (M, 2), M of 3 or more"
                )
            elif not np.isfinite(corners).all():
                errors.append(f"areas: number {i} has coordinates that are no numbers")
        if self.any_order and len(self.via) > _MOST_FREE:
            errors.append(
                f"via: {len(self.via)} points in any order; give {_MOST_FREE} at most, or fix their order"
            )
        if errors:
            raise ProblemError(errors)


class Unkept(NamedTuple):
    """A preference that could not be kept."""

    preference: str  # as it was given, such as "tolls" or "area 0"
    reason: str
    length: float  # metres driven against it; nan if that is not known

    def __str__(self) -> str:
        return f"{self.preference}: {self.reason}"


class Marked(NamedTuple):
    """The arcs that preferences speak of."""

    avoided: dict[str, Flags]  # by preference, (m,)
    scaled: dict[str, Flags]
    unknown: dict[str, str]  # preferences of which the network cannot tell, and why


def marked(network: Network, preferences: RoutePreferences) -> Marked:
    """Return which arcs preferences speak of.

    Raises
    ------
    ProblemError
        A word is neither known nor a class of roads of this network.
    """
    words = network.labels.get("highway", ())
    unknown_words = [
        word for word in {**dict.fromkeys(preferences.avoid), **preferences.factors}
        if word not in KINDS and word not in words
    ]  # fmt: skip
    if unknown_words:
        known = ", ".join([*KINDS, *sorted(words)])
        raise ProblemError(f"'{word}' is no kind of road; there are: {known}" for word in unknown_words)
    found = Marked({}, {}, {})
    for into, chosen in ((found.avoided, preferences.avoid), (found.scaled, preferences.factors)):
        for word in chosen:
            arcs = _of_kind(network, word)
            if arcs is None:
                found.unknown[word] = "the network does not say which of its arcs these are"
            else:
                into[word] = arcs
    for i, area in enumerate(preferences.areas):
        inside = np.zeros(len(network.head), bool)
        inside[network.within(area)] = True
        found.avoided[f"area {i}"] = inside
    return found


def _of_kind(network: Network, word: str) -> Flags | None:
    """Return which arcs are of a kind; None: the network does not know."""
    kind = KINDS.get(word, frozenset({word}))
    if isinstance(kind, str):
        return np.asarray(network.arcs[kind]) > 0 if kind in network.arcs else None
    if "highway" not in network.arcs or "highway" not in network.labels:
        return None
    chosen = np.array([name in kind for name in network.labels["highway"]] + [False])
    return np.asarray(chosen[network.arcs["highway"]])
