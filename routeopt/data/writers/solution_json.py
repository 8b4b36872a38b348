"""A solution as one JSON document, and the way back from such a document to routes.

The document is what ``routeopt solve --json`` prints: names instead of numbers, the user's units, and no
value that JSON does not have. It tells how the plan was found, so that a figure can be traced to its search.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np

import routeopt
from routeopt.errors import ProblemError
from routeopt.problems.instance import Routes
from routeopt.problems.solution import Solution
from routeopt.problems.vrp import VRP


def text(solution: Solution) -> str:
    """Return the document as text, one route a line."""
    content = document(solution)
    lines = []
    for key, value in content.items():
        if key in ("routes", "violations", "unserved") and value:
            rows = ",\n".join(f"    {_dump(row)}" for row in value)
            lines.append(f"  {_dump(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {_dump(key)}: {_dump(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def document(solution: Solution) -> dict[str, Any]:
    """Return a solution as plain dicts, lists, strings and finite numbers.

    Keys
    ----
    cost, feasible
        As in the solution.
    routes
        Each with its vehicle type, start, end (None: the route ends at its last stop), stops (a depot's name
        between stops is a reload), distance, duration, departure and arrival (of the whole route).
    violations
        Each with constraint, route (its place in ``routes``, from 0), stop and amount.
    unserved
        Each with stop and reason.
    seconds, iterations, solver, parameters, seed, threads, version, rounding, trace
        How the routes were found; the trace has [seconds, cost] for each improvement.
    bound, gap
        Only where known; the gap is a fraction.
    """
    known = {"bound": solution.bound, "gap": solution.gap}
    content = {
        "cost": solution.cost,
        "feasible": solution.feasible,
        "routes": routes(solution),
        "violations": [violation._asdict() for violation in solution.violations],
        "unserved": [stop._asdict() for stop in solution.unserved],
        "seconds": solution.seconds,
        "iterations": solution.iterations,
        "solver": solution.solver,
        "parameters": solution.parameters,
        "seed": solution.seed,
        "threads": solution.threads,
        "version": routeopt.__version__,
        "rounding": solution.problem.rounding,
        **{name: value for name, value in known.items() if value is not None and isfinite(value)},
        "trace": [(seconds, cost) for seconds, cost in solution.trace if isfinite(cost)],
    }
    plain: dict[str, Any] = _plain(content)
    return plain


def routes(solution: Solution) -> list[dict[str, Any]]:
    """Return the routes of the document."""
    problem, instance = solution.problem, solution.problem.instance()
    names, vehicles = problem.names, problem.vehicle_names
    return [
        {
            "vehicle": vehicles[kind],
            "start": names[instance.start[kind]],
            "end": names[instance.end[kind]] if instance.end[kind] >= 0 else None,
            "stops": [names[node] for node in nodes],
            "distance": visits[-1].distance,
            "duration": visits[-1].departure - visits[0].arrival,
            "departure": visits[0].departure,
            "arrival": visits[-1].arrival,
        }
        for kind, nodes, visits in zip(
            solution.routes.vehicle, solution.routes.lists(), solution.schedule, strict=True
        )
    ]


def routes_of(content: Mapping[str, Any], problem: VRP) -> Routes:
    """Return the routes of a document; the inverse of :func:`document`.

    Parameters
    ----------
    content : mapping
        A document. Only ``routes`` is looked at, and of each route ``stops``, ``vehicle`` (may be left out
        where there is one type only), and ``start`` and ``end`` (may be left out).
    problem : VRP
        What the names refer to.

    Raises
    ------
    ProblemError
        With one message for each route that names stops, depots or vehicles that the problem does not have.
    """
    stated = content.get("routes") if isinstance(content, Mapping) else None
    if not isinstance(stated, Sequence) or not all(isinstance(route, Mapping) for route in stated):
        raise ProblemError("a solution has 'routes', a list of objects with 'vehicle' and 'stops'")
    errors: list[str] = []
    visits, kinds = [], []
    for number, route in enumerate(stated, 1):
        complaints: list[str] = []
        kind = _vehicle_of(route, problem, complaints)
        visits.append(_nodes_of(route, problem, complaints))
        kinds.append(kind)
        _check_ends(route, problem, kind, complaints)
        errors += [f"route {number}: {complaint}" for complaint in complaints]
    if errors:
        raise ProblemError(errors)
    return Routes.from_lists(visits, kinds)


def _vehicle_of(route: Mapping[str, Any], problem: VRP, complaints: list[str]) -> int:
    names = problem.vehicle_names
    name = route.get("vehicle")
    if name is None and len(names) == 1:
        return 0
    if name in names:
        return names.index(name)
    wrong = "it names no vehicle" if name is None else f"there is no vehicle '{name}'"
    complaints.append(f"{wrong}; the problem has {_listed(names)}")
    return 0


def _nodes_of(route: Mapping[str, Any], problem: VRP, complaints: list[str]) -> list[int]:
    stops = route.get("stops")
    if isinstance(stops, str) or not isinstance(stops, Sequence):
        complaints.append("it has no 'stops', a list of names")
        return []
    names = [str(stop) for stop in stops]
    unknown = dict.fromkeys(name for name in names if name not in problem.index)
    if unknown:
        are = "is no stop or depot" if len(unknown) == 1 else "are no stops or depots"
        complaints.append(f"there {are} {_listed(unknown)}; use names of the problem")
    return [problem.index.get(name, 0) for name in names]


def _check_ends(route: Mapping[str, Any], problem: VRP, kind: int, complaints: list[str]) -> None:
    """Complain of a start or end that is not the one of the vehicle, which is what the schedule goes by."""
    instance, names = problem.instance(), problem.names
    depots = names[: instance.depots]
    vehicle = problem.vehicle_names[kind]
    for field, node in (("start", int(instance.start[kind])), ("end", int(instance.end[kind]))):
        actual = names[node] if node >= 0 else None
        stated = route.get(field, actual)
        if stated is not None and stated not in depots:
            complaints.append(f"there is no depot '{stated}'; the problem has {_listed(depots)}")
        elif stated != actual:
            says = "nowhere" if stated is None else f"at '{stated}'"
            does = "at its last stop" if actual is None else f"at '{actual}'"
            complaints.append(f"it {field}s {says}, but vehicle '{vehicle}' {field}s {does}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _plain(value: Any) -> Any:
    """Return a value in JSON's own types; what is not finite becomes None, what has no such type its text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if isfinite(value) else None
    return str(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
