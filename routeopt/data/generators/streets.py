"""Streets made by chance: a perturbed grid with a few classes of roads, for tests and benchmarks.

Every fourth line of the grid is a secondary road, every 16th a primary one and every 64th a motorway, which is what
gives a network of streets its hierarchy. Two residential streets in five are missing and a tenth are one-way.
"""

from __future__ import annotations

import numpy as np

from routeopt.data.generators.options import check, whole
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Network

CLASSES = ("residential", "secondary", "primary", "motorway")
SPEEDS = (25.0, 45.0, 60.0, 110.0)  # km/h
_EVERY = (4, 16, 64)  # so many lines apart lie those of each higher class
_BLOCK = 100.0  # metres between lines, before they are perturbed
_MISSING, _ONE_WAY = 0.4, 0.1
_METRES = 111_195.0  # in a degree of latitude, on a sphere of 6,371 km
_CORNER = (8.0, 50.0)  # longitude and latitude


def street_grid(n: int, seed: int = 0) -> Network:
    """Return streets with at most `n` nodes, all of which can be reached from each other.

    Arcs have ``length`` in metres, ``time`` in seconds, ``highway`` (a code of CLASSES) and ``name``.

    Raises
    ------
    ProblemError
        `n` is no whole number of 4 or more, or `seed` is negative.
    """
    check(whole("n", n, 4), whole("seed", seed, 0))
    rng = np.random.default_rng(seed)
    width = int(np.sqrt(n))
    height = n // width
    node = np.arange(width * height).reshape(height, width)
    places = _places(rng, width, height)
    row, column = np.repeat(np.arange(height), width - 1), np.tile(np.arange(width), height - 1)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    name = np.concatenate([row, height + column])
    kind = np.concatenate([_kinds(row), _kinds(column)])
    kept = (kind > 0) | (rng.random(len(kind)) >= _MISSING)
    both = (kind > 0) | (rng.random(len(kind)) >= _ONE_WAY)
    turned = rng.random(len(kind)) < 0.5
    there, back = np.flatnonzero(kept & (both | ~turned)), np.flatnonzero(kept & (both | turned))
    edges = np.concatenate([there, back])
    tails, heads = np.concatenate([tail[there], head[back]]), np.concatenate([head[there], tail[back]])
    length = _lengths(places, tails, heads)
    kinds = kind[edges]
    names = [f"Street {i + 1}" for i in range(height)] + [f"Avenue {i + 1}" for i in range(width)]
    return Network.from_arcs(
        tails,
        heads,
        size=width * height,
        arcs={
            "length": length,
            "time": length * 3.6 / np.take(SPEEDS, kinds),
            "highway": kinds.astype(np.int8),
            "name": name[edges].astype(np.int32),
        },
        labels={"highway": CLASSES, "name": names},
        places=places,
        geographic=True,
        source=f"generated, seed {seed}",
    ).core()


def _kinds(line: Integers) -> Integers:
    """Return the code of the class of each line."""
    kind = np.zeros(len(line), np.int64)
    for code, every in enumerate(_EVERY, start=1):
        kind[line % every == every // 2] = code
    return kind


def _places(rng: np.random.Generator, width: int, height: int) -> Floats:
    """Return longitude and latitude of the crossings, row by row."""
    y, x = np.divmod(np.arange(width * height), width)
    metres = _BLOCK * (np.stack([x, y], axis=1) + rng.uniform(-0.3, 0.3, (width * height, 2)))
    degree = _METRES * np.array([np.cos(np.radians(_CORNER[1])), 1.0])
    places: Floats = np.asarray(_CORNER) + metres / degree
    return places


def _lengths(places: Floats, tails: Integers, heads: Integers) -> Floats:
    """Return great-circle lengths in metres, a tenth of a millimetre at the least."""
    a, b = np.radians(places[tails]), np.radians(places[heads])
    half = np.sin((b - a) / 2) ** 2
    chord = half[:, 1] + np.cos(a[:, 1]) * np.cos(b[:, 1]) * half[:, 0]
    lengths: Floats = np.maximum(2 * _METRES * np.degrees(1.0) * np.arcsin(np.sqrt(chord)), 1e-4)
    return lengths
