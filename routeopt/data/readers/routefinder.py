"""Instances as arrays (``.npz``): the RouteFinder test sets, and the ORTEC ones of EURO-NeurIPS 2022.

RouteFinder (Berto et al. 2024): coordinates in the unit square, unlimited vehicles at each depot,
speed 1, attributes by which arrays are there. A ``.npz`` holds many instances: ``"file.npz#3"`` is the
fourth, :func:`read_all` reads them all. The ORTEC files hold one, with driving times in seconds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routeopt.data.readers.source import Reader, Source, open_source, prefixed
from routeopt.errors import ProblemError
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats, Routes
from routeopt.problems.legs import Euclidean, Matrix
from routeopt.problems.rows import Depot, Vehicle
from routeopt.problems.vrp import VRP

Arrays = Mapping[str, NDArray[Any]]

BACKHAULS = {1: "linehaul_first", 2: "mixed"}  # what RouteFinder calls backhaul classes
ROUTEFINDER = {"locs", "capacity", "num_depots", "demand_linehaul"}
ORTEC = {"duration", "coords", "demand", "time_windows", "service_time", "capacity"}


def recognises(head: str, suffix: str) -> bool:  # noqa: ARG001
    """Return whether the file is an archive of NumPy arrays."""
    return head.startswith("PK\x03\x04") and ".npy" in head


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read the instance that the source names, by default the first."""
    return _instance(source, _arrays(source), source.item, rounding)


def read_all(path: str | Path, *, rounding: str | None = None) -> list[VRP]:
    """Read every instance of a file.

    Parameters
    ----------
    path : str or Path
        A ``.npz`` file.
    rounding : {"exact", "round", "trunc", "dimacs"}, optional
        Rounding of the legs, "exact" by default.
    """
    source = open_source(path)
    arrays = _arrays(source)
    return [_instance(source, arrays, item, rounding) for item in range(_size(arrays))]


def reference_routes(path: str | Path, item: int = 0, which: str = "pyvrp") -> Routes:
    """Read the routes that the file itself carries for an instance.

    Parameters
    ----------
    path : str or Path
        A RouteFinder or ORTEC file.
    item : int
        Which instance, from 0.
    which : {"pyvrp", "ortools", "bks"}
        Whose routes: RouteFinder files have the first two, ORTEC files the last.
    """
    source = open_source(path)
    arrays = _arrays(source)
    _check_item(source, arrays, item)
    key = "bks_actions" if which == "bks" else f"actions_{which}"
    if key not in arrays:
        stated = ", ".join(sorted(name for name in arrays if "actions" in name))
        raise ProblemError(f"{source.name}: it has no routes '{key}'; it has {stated or 'none'}")
    actions = arrays[key] if which == "bks" else arrays[key][item]
    depots = int(arrays["num_depots"]) if "num_depots" in arrays else 1
    routes: list[list[int]] = [[]]
    starts = [0]
    for node in actions.tolist():
        if node < depots:  # a depot begins a route from there
            routes.append([])
            starts.append(node)
        else:
            routes[-1].append(node)
    return Routes.from_lists(routes, starts)


def _arrays(source: Source) -> Arrays:
    try:
        with np.load(io.BytesIO(source.data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise ProblemError(f"{source.name}: the archive is damaged ({error}); copy it again") from None
    if not arrays.keys() >= ROUTEFINDER and not arrays.keys() >= ORTEC:
        raise ProblemError(
            f"{source.name}: its arrays ({', '.join(arrays)}) are those of neither RouteFinder "
            f"({', '.join(sorted(ROUTEFINDER))}) nor ORTEC ({', '.join(sorted(ORTEC))})"
        )
    return arrays


def _size(arrays: Arrays) -> int:
    return len(arrays["locs"]) if "locs" in arrays else 1


def _check_item(source: Source, arrays: Arrays, item: int) -> None:
    if not 0 <= item < _size(arrays):
        raise ProblemError(
            f"{source.name}: there is no instance {item}; it has {_size(arrays)}, counted from 0"
        )


def _instance(source: Source, arrays: Arrays, item: int, rounding: str | None) -> VRP:
    _check_item(source, arrays, item)
    try:
        if "locs" in arrays:
            return _routefinder(arrays, item, f"{source.stem}#{item}", rounding)
        return _ortec(arrays, source.stem, rounding)
    except (ValueError, IndexError) as error:
        messages = (
            error.messages
            if isinstance(error, ProblemError)
            else [f"its arrays do not fit together ({error})"]
        )
        raise ProblemError(prefixed(source.name, messages)) from None


def _routefinder(arrays: Arrays, item: int, name: str, rounding: str | None) -> VRP:
    places = arrays["locs"][item].astype(np.float64)
    depots = int(arrays["num_depots"])
    windows: Floats = np.tile([0.0, inf], (len(places), 1))
    if "time_windows" in arrays:
        windows = arrays["time_windows"][item].astype(np.float64)
    stops = Stops(
        *places[depots:].T,
        delivery=arrays["demand_linehaul"][item],
        pickup=arrays["demand_backhaul"][item] if "demand_backhaul" in arrays else 0.0,
        windows=windows[depots:],
        service=arrays["service_time"][item][depots:] if "service_time" in arrays else 0.0,
    )
    fleet = [
        Vehicle(
            capacity=float(arrays["capacity"]),
            start=depot,
            open_end=bool(arrays.get("open_route", False)),
            max_distance=float(arrays["distance_limit"][item, 0]) if "distance_limit" in arrays else inf,
        )
        for depot in range(depots)
    ]
    return VRP(
        stops,
        fleet,
        [_depot(place, window) for place, window in zip(places[:depots], windows[:depots], strict=True)],
        legs=Euclidean(rounding or "exact"),
        backhaul=BACKHAULS[int(arrays["backhaul_class"])] if "backhaul_class" in arrays else "mixed",
        name=name,
    )


def _depot(place: Floats, window: Floats) -> Depot:
    return Depot(float(place[0]), float(place[1]), window=(float(window[0]), float(window[1])))


def _ortec(arrays: Arrays, name: str, rounding: str | None) -> VRP:
    places = arrays["coords"].astype(np.float64)
    windows = arrays["time_windows"].astype(np.float64)
    return VRP(
        Stops(
            *places[1:].T,
            delivery=arrays["demand"][1:],
            windows=windows[1:],
            service=arrays["service_time"][1:],
        ),
        [Vehicle(capacity=float(arrays["capacity"]))],
        [_depot(places[0], windows[0])],
        legs=Matrix(arrays["duration"], rounding=rounding or "exact"),
        name=name,
        best_known=float(arrays["bks_cost"]) if "bks_cost" in arrays else None,
    )


READER = Reader("RouteFinder or ORTEC .npz", recognises, parse)
