"""Preferences of the page Paths: roads to avoid or to favour, and crossings to come by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

import streamlit as st

from mapapp.measure import METHODS, paths_of
from routeopt.errors import ProblemError
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.solvers.paths.preferences import KINDS, RoutePreferences, Unkept

FAVOURED = 0.5  # how many times as dear favoured roads seem
MOST = 8  # crossings to come by
VIA = "via"  # key of the text that names them


class Way(NamedTuple):
    """What is driven: one path, or several from crossing to crossing."""

    legs: tuple[Path, ...]
    unkept: tuple[Unkept, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is a way."""
        return all(self.legs)

    @property
    def length(self) -> float:
        """Metres."""
        return sum(leg.length for leg in self.legs)

    @property
    def duration(self) -> float:
        """Seconds."""
        return sum(leg.duration for leg in self.legs)


def choose(network: Network) -> RoutePreferences | None:
    """Show what can be preferred; return it, or None where nothing is.

    Raises
    ------
    ProblemError
        What is written is no list of crossings, or there are too many.
    """
    roads = [*KINDS, *sorted(network.labels.get("highway", ()))]
    avoid = st.multiselect("Avoid", roads, key="avoid", help="Used only where there is no other way.")
    favour = st.multiselect(
        "Favour", [road for road in roads if road not in avoid], key="favour", help="They seem half as long."
    )
    areas = _areas(
        st.text_input(
            "Avoid areas",
            key="areas",
            placeholder="24.94 60.17, 24.95 60.17, 24.95 60.18",
            help="Corners as longitude and latitude, three or more with commas between; then a semicolon and others.",
        )
    )
    via = _crossings(
        st.text_input(
            "Come by crossings",
            key=VIA,
            placeholder="12, 80",
            help="Numbers, or clicks: choose below what a click sets.",
        ),
        network.size,
    )
    free = len(via) > 1 and st.checkbox("In the best order", key="any_order")
    if not (avoid or favour or via or areas):
        return None
    return RoutePreferences(
        avoid=avoid, areas=areas, factors=dict.fromkeys(favour, FAVOURED), via=via, any_order=bool(free)
    )


def _areas(text: str) -> list[list[tuple[float, float]]]:
    """Return the corners of the areas in a text."""
    areas: list[list[tuple[float, float]]] = []
    errors = []
    for number, part in enumerate(filter(None, map(str.strip, text.split(";"))), 1):
        corners = [corner.split() for corner in part.split(",") if corner.strip()]
        try:
            area = [(float(x), float(y)) for x, y in corners]
        except ValueError:
            area = []
        if len(area) < 3 or not all(isfinite(x + y) for x, y in area):
            errors.append(
                f"area {number}: '{part}' has no three corners, as in 24.94 60.17, 24.95 60.17, 24.95 60.18"
            )
        areas.append(area)
    if errors:
        raise ProblemError(errors)
    return areas


def _crossings(text: str, size: int) -> list[int]:
    """Return the numbers in a text."""
    words = re.findall(r"[^\s,;]+", text)
    errors = [
        f"'{word}' is no crossing; they are numbered from 0 to {size - 1:,}"
        for word in words
        if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) < size)
    ]
    if len(words) > MOST:
        errors.append(f"{len(words)} crossings to come by are too many; name {MOST} at most")
    if errors:
        raise ProblemError(errors)
    return [int(word) for word in words]


def way(
    city: str, metric: str, shut: tuple[str, ...], ends: tuple[int, int], preferences: RoutePreferences
) -> Way:
    """Return the way that keeps preferences as far as they can be kept."""
    found = paths_of(city, metric, shut, METHODS[0]).preferring(preferences).path(*ends)
    return Way(found.legs, found.unkept)


def told(unkept: Sequence[Unkept]) -> str:
    """Return which preferences are not kept, and why, a line for each."""
    return "\n".join(f"• {one}" for one in unkept)
