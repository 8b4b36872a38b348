"""Paths by each method, with what they cost; what is prepared is kept, and shared by all sessions."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import numpy as np
import streamlit as st

from mapapp.source import streets
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.solvers.paths import front
from routeopt.solvers.paths.front import ShortestPaths
from routeopt.solvers.paths.preferences import RoutePreferences

METHODS = tuple(front.METHODS)
_counting = threading.Lock()  # the counter of settled nodes belongs to all who ask


class Measured(NamedTuple):
    """One path, and what finding it cost."""

    method: str
    path: Path
    milliseconds: float
    settled: int
    prepared: float  # seconds


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def network_of(city: str, shut: tuple[str, ...]) -> Network:
    """Return the streets of a city, some of them closed by their names."""
    network = streets(city)
    if not shut:
        return network
    codes = [code for code, name in enumerate(network.labels["name"]) if name in shut]
    return network.close(np.isin(network.arcs["name"], codes))


@st.cache_resource(max_entries=32, ttl=3600, show_spinner="Preparing the streets")
def _prepared(city: str, metric: str, shut: tuple[str, ...], method: str) -> tuple[ShortestPaths, float]:
    network = network_of(city, shut)
    begun = time.perf_counter()
    paths = ShortestPaths(network, metric, method, threads=1)
    paths.distance(0, network.size - 1)  # what is compiled or loaded is not measured below
    paths.path(0, network.size - 1)
    return paths, time.perf_counter() - begun


def compile_all(network: Network) -> None:
    """Ask every method for a path, and for what else this page shows."""
    for method in METHODS:
        paths = ShortestPaths(network, "time", method, threads=1)
        paths.distance(0, network.size - 1)
        paths.path(0, network.size - 1)
    paths.alternatives(0, network.size - 1, k=2)
    first = ShortestPaths(network, "time", METHODS[0], threads=1)
    first.isochrone(0, [60.0, 120.0])
    first.preferring(RoutePreferences(avoid=("tolls",), via=(1,))).path(0, network.size - 1)


def paths_of(city: str, metric: str, shut: tuple[str, ...], method: str) -> ShortestPaths:
    """Return the shortest paths of a city by one method."""
    return _prepared(city, metric, shut, method)[0]


def measured(city: str, metric: str, shut: tuple[str, ...], method: str, a: int, b: int) -> Measured:
    """Return the path between two crossings, and what finding it cost."""
    paths, prepared = _prepared(city, metric, shut, method)
    with _counting:
        before, begun = paths.settled, time.perf_counter()
        path = paths.path(a, b)
        took, settled = time.perf_counter() - begun, paths.settled - before
    return Measured(method, path, 1000 * took, settled, prepared)
