"""A problem as a VRPLIB file, in the sections that PyVRP and routeopt read.

Depots are the first nodes and stops follow, numbered from 1; names do not survive. The rounding of straight
legs is told by EUC_2D (nearest integer), FLOOR_2D and EXACT_2D; the tenths of ``dimacs`` have no name of
their own, as in the collections that use them, and stand in the comment. A bound that only some vehicles or
stops have is written for the others as a number that is never reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from routeopt.data.writers.files import numeral
from routeopt.data.writers.limits import NEVER, refuse
from routeopt.data.writers.sol import fleet
from routeopt.problems.instance import ROUNDINGS, Floats
from routeopt.problems.legs import Euclidean, Legs, apply_rounding
from routeopt.problems.vrp import VRP

SAYS = {
    "capacity", "pickup", "backhaul", "load_dimensions", "time_windows", "service_time", "release", "prizes",
    "groups", "skills", "shipments", "fixed_edges", "depots", "heterogeneous_fleet", "limited_fleet",
    "fixed_cost", "distance_cost", "open_end", "max_distance", "max_duration", "reloads", "asymmetric",
}  # fmt: skip
STRAIGHT = {"round": "EUC_2D", "trunc": "FLOOR_2D", "exact": "EXACT_2D", "dimacs": "EUC_2D"}
PER_VEHICLE = {
    "VEHICLES_FIXED_COST": ("fixed_cost", 0.0),
    "VEHICLES_UNIT_DISTANCE_COST": ("distance_cost", 1.0),
    "VEHICLES_MAX_DISTANCE": ("max_distance", np.inf),
    "VEHICLES_MAX_DURATION": ("max_duration", np.inf),
    "VEHICLES_MAX_RELOADS": ("max_reloads", np.inf),
}  # field of the vehicles, and its neutral value

# The TYPE says little that sections do not; the first of these features that a problem has names it.
TYPES = {
    "shipments": "PDP", "backhaul": "VRPB", "open_end": "OVRP", "pickup": "VRPSPD", "groups": "GVRP",
    "prizes": "PCVRP", "reloads": "MTVRP", "depots": "MDVRP", "heterogeneous_fleet": "HFVRP",
    "asymmetric": "ACVRP",
}  # fmt: skip
TIMED = {"PDP", "VRPB", "OVRP", "VRPSPD", "PCVRP", "MTVRP", "MDVRP"}  # with a twin that has time windows
ONE_TOUR = {"limited_fleet", "fixed_edges", "asymmetric"}


def text(problem: VRP) -> str:
    """Return the content of a ``.vrp`` file.

    Raises
    ------
    ProblemError
        With a message for each attribute that the format cannot say.
    """
    refuse(problem, SAYS, "VRPLIB", _conflicts(problem))
    header, sections = _vehicles(problem)
    lines = [*_header(problem), *header, *_nodes(problem), *sections, "DEPOT_SECTION"]
    depots = [str(depot + 1) for depot in range(len(problem.depots))]
    return "\n".join([*lines, *depots, "-1", "EOF", ""])


def _conflicts(problem: VRP) -> Iterator[str]:
    """Yield what the format cannot say of this problem, though it has words for each of its attributes."""
    instance, stops, legs = problem.instance(), problem.stops, _legs(problem)
    exclusive = sorted(problem.features & {"open_end", "backhaul", "shipments"})
    if len(exclusive) > 1:
        yield f"{' and '.join(exclusive)} together, each of which is a TYPE"
    if "open_end" in problem.features and (instance.end >= 0).any():
        yield "open ends of some vehicles only"
    if len(instance.shipments) and 2 * len(instance.shipments) < instance.stops:
        yield "stops outside of shipments beside shipments"
    if len(instance.shipments) and instance.pickup.shape[1] > 1:
        yield "shipments with several load dimensions"
    if (stops.prize == 0).any():
        yield "a prize of 0, which stands for a stop that must be served"
    if (np.isfinite(stops.prize) & (stops.group >= 0)).any():
        yield "that a group has prizes, as a group is served in any case"
    if isinstance(legs, Euclidean):
        return
    if not np.isfinite(legs.matrix(problem.places)[0]).all():
        yield "that a leg does not exist"


def _legs(problem: VRP) -> Legs:
    return problem.legs[problem.vehicles[0].profile]


def _header(problem: VRP) -> Iterator[str]:
    yield f"NAME: {problem.name}"
    comments = ["rounding dimacs"] if problem.rounding == "dimacs" else []
    if problem.best_known is not None and problem.rounding in ("round", "exact"):
        best = numeral(problem.best_known) if problem.rounding == "round" else repr(float(problem.best_known))
        comments.append(f"best known: {best}")
    if comments:
        yield f"COMMENT: {', '.join(comments)}"
    yield f"TYPE: {_type(problem)}"
    yield f"DIMENSION: {len(problem.places)}"
    if isinstance(_legs(problem), Euclidean):
        yield f"EDGE_WEIGHT_TYPE: {STRAIGHT[problem.rounding]}"
    else:
        yield "EDGE_WEIGHT_TYPE: EXPLICIT"
        yield "EDGE_WEIGHT_FORMAT: FULL_MATRIX"


def _type(problem: VRP) -> str:
    used = problem.features
    if problem.instance().vehicle_count.sum() == 1 and used <= ONE_TOUR and not problem.stops.delivery.any():
        return "ATSP" if "asymmetric" in used else "TSP"
    kind = next((kind for feature, kind in TYPES.items() if feature in used), "")
    if "time_windows" not in used:
        return kind or "CVRP"
    return f"{kind}TW" if kind in TIMED else kind if kind == "GVRP" else "VRPTW"


def _nodes(problem: VRP) -> Iterator[str]:
    """Yield the sections with a row for each node."""
    instance, used = problem.instance(), problem.features
    windows = np.minimum(instance.windows[:, 0] / instance.scale, NEVER)
    times = (instance.service / instance.scale)[:, None]
    if np.isfinite(problem.places).all():
        yield from _section("NODE_COORD_SECTION", problem.places)
    if not isinstance(_legs(problem), Euclidean):
        yield "EDGE_WEIGHT_SECTION"
        yield from (" ".join(map(numeral, row)) for row in _matrix(problem).tolist())
    if "shipments" in used:
        partners = np.zeros((instance.nodes, 2))
        for a, b in instance.shipments.tolist():
            partners[a, 1], partners[b, 0] = b + 1, a + 1
        yield from _section(
            "PICKUP_AND_DELIVERY_SECTION", np.hstack([instance.pickup, windows, times, partners])
        )
    else:
        if instance.delivery.any() or instance.delivery.shape[1] > 1:
            yield from _section("DEMAND_SECTION", instance.delivery)
        if instance.pickup.any():
            yield from _section("BACKHAUL_SECTION", instance.pickup)
        if "time_windows" in used:
            yield from _section("TIME_WINDOW_SECTION", windows)
        if "service_time" in used:
            yield from _section("SERVICE_TIME_SECTION", times)
    if "release" in used:
        yield from _section("RELEASE_TIME_SECTION", (instance.release / instance.scale)[:, None])
    if "prizes" in used:
        prizes = np.where(np.isfinite(instance.prize), instance.prize / instance.scale, 0.0)
        yield from _section("PRIZE_SECTION", prizes[:, None])
    if "groups" in used:
        numbers = np.unique(instance.group[instance.group >= 0])
        groups = [np.flatnonzero(instance.group == number) + 1 for number in numbers]
        yield from _section("MUTUALLY_EXCLUSIVE_GROUP_SECTION", groups)
    if "fixed_edges" in used:
        yield "FIXED_EDGES_SECTION"
        yield from (f"{a + 1} {b + 1}" for a, b in instance.fixed_edges.tolist())
        yield "-1"


def _matrix(problem: VRP) -> Floats:
    """Return the rounded distances (N, N) in the user's units."""
    distance = apply_rounding(_legs(problem).matrix(problem.places)[0], ROUNDINGS.index(problem.rounding))
    return distance / problem.instance().scale


def _vehicles(problem: VRP) -> tuple[list[str], list[str]]:
    """Return the keys for all vehicles, and the sections with a row for each where they differ."""
    instance, used, kinds = problem.instance(), problem.features, fleet(problem)
    header, sections = [], []
    capacity = np.minimum(instance.capacity, NEVER)
    if np.isfinite(instance.capacity).any() or instance.delivery.any():
        if capacity.shape[1] == 1 and (capacity == capacity[0]).all():
            header.append(f"CAPACITY: {numeral(capacity[0, 0])}")
        else:
            sections += _section("CAPACITY_SECTION", capacity[kinds])
    for key, (field, neutral) in PER_VEHICLE.items():
        values = np.array([float(getattr(vehicle, field)) for vehicle in problem.vehicles])
        if (values != values[0]).any():
            sections += _section(f"{key}_SECTION", np.minimum(values, NEVER)[kinds][:, None])
        elif values[0] != neutral:
            header.append(f"{key}: {numeral(values[0])}")
    if len(problem.depots) > 1:
        sections += _section("VEHICLES_DEPOT_SECTION", instance.start[kinds][:, None] + 1)
    if instance.reload_depots.any():
        depots = [np.flatnonzero(row) + 1 for row in instance.reload_depots]
        sections += _section("VEHICLES_RELOAD_DEPOT_SECTION", [depots[kind] for kind in kinds])
    if "skills" in used:
        allowed = [np.flatnonzero(row[instance.depots :]) + instance.depots + 1 for row in instance.allowed]
        sections += _section("VEHICLES_ALLOWED_CLIENTS_SECTION", [allowed[kind] for kind in kinds])
    if sections or any(vehicle.count is not None for vehicle in problem.vehicles):
        header.append(f"VEHICLES: {len(kinds)}")
    return header, sections


def _section(key: str, rows: Iterable[Iterable[float]]) -> list[str]:
    """Return a section whose rows are numbered from 1."""
    lines = [" ".join([str(number), *map(numeral, row)]) for number, row in enumerate(rows, 1)]
    return [key, *lines]
