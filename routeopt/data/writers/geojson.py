"""A plan for a map: routes as lines along their legs, stops and depots as points (RFC 7946).

Coordinates are longitude and latitude where the problem is geographic. Planar problems are written too,
marked with the foreign member ``"planar": true``, since a map would put them somewhere in the Atlantic.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np

from routeopt.data.writers import solution_json
from routeopt.errors import ProblemError
from routeopt.problems.instance import Floats
from routeopt.problems.solution import Solution, Visit
from routeopt.problems.vrp import VRP

PLACES = 7  # decimals of a degree: about a centimetre


def text(solution: Solution) -> str:
    """Return the collection as text, one feature a line."""
    collection = document(solution)
    features = ",\n".join(_dump(feature) for feature in collection.pop("features"))
    head = _dump(collection)[1:-1]
    return f'{{{head}, "features": [\n{features}\n]}}\n'


def document(solution: Solution) -> dict[str, Any]:
    """Return a FeatureCollection of routes, depots, visits, and the stops that are left out.

    Every feature says what it is in ``kind``: route, depot, stop, reload or unserved. Routes carry vehicle,
    start, end, number of stops, distance, duration, departure and arrival; stops and reloads carry route,
    vehicle, position, arrival, begin, departure, waiting, lateness and load; unserved stops carry the reason.
    Units are those of the problem.

    Raises
    ------
    ProblemError
        When places have no coordinates.
    """
    problem = solution.problem
    if not np.isfinite(problem.places).all():
        raise ProblemError("GeoJSON needs coordinates, which some places lack; write .json or .csv instead")
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if not problem.geographic:
        collection["planar"] = True
    collection["features"] = [
        *_route_features(solution),
        *(
            _point(problem, node, {"kind": "depot", "name": problem.names[node]})
            for node in range(len(problem.depots))
        ),
        *_visit_features(solution),
        *(
            _point(problem, problem.index[name], {"kind": "unserved", "name": name, "reason": reason})
            for name, reason in solution.unserved
        ),
    ]
    return collection


def _route_features(solution: Solution) -> list[dict[str, Any]]:
    problem, depots = solution.problem, len(solution.problem.depots)
    features = []
    for number, (route, kind, visits) in enumerate(
        zip(solution_json.routes(solution), solution.routes.vehicle, solution.schedule, strict=True), 1
    ):
        stops = sum(visit.node >= depots for visit in visits)
        line = route_line(problem, problem.vehicles[kind].profile, [visit.node for visit in visits])
        geometry = {"type": "LineString", "coordinates": _coordinates(problem, line)}
        properties = {"kind": "route", "route": number, **route, "stops": stops}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return features


def route_line(problem: VRP, profile: str, nodes: list[int]) -> Floats:
    """Return the (M, 2) line along the legs, M at least 2; where two legs meet, the place stands once."""
    legs = problem.legs[profile]
    parts = [legs.geometry(problem.places, a, b) for a, b in pairwise(nodes)]
    line = np.vstack([problem.places[nodes[:1]], *parts])
    moves = np.concatenate([[True], (line[1:] != line[:-1]).any(axis=1)])
    return line[moves] if moves.sum() > 1 else line[[0, -1]]


def _visit_features(solution: Solution) -> list[dict[str, Any]]:
    problem, depots = solution.problem, len(solution.problem.depots)
    features = []
    for number, (kind, visits) in enumerate(zip(solution.routes.vehicle, solution.schedule, strict=True), 1):
        ends = {0} if solution.problem.instance().end[kind] < 0 else {0, len(visits) - 1}
        for position, visit in enumerate(visits):
            if position not in ends:
                what = {"kind": "reload" if visit.node < depots else "stop", "name": visit.name}
                whose = {"route": number, "vehicle": problem.vehicle_names[kind], "position": position}
                features.append(_point(problem, visit.node, {**what, **whose, **_times(visit)}))
    return features


def _times(visit: Visit) -> dict[str, Any]:
    fields = ("arrival", "begin", "departure", "waiting", "lateness")
    load = visit.load[0] if len(visit.load) == 1 else list(visit.load)
    return {**{field: getattr(visit, field) for field in fields}, "load": load}


def _point(problem: VRP, node: int, properties: dict[str, Any]) -> dict[str, Any]:
    place = _coordinates(problem, problem.places[[node]])[0]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": properties}


def _coordinates(problem: VRP, line: Floats) -> list[list[float]]:
    places: list[list[float]] = (np.round(line, PLACES) if problem.geographic else line).tolist()
    return places


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
