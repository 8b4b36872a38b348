"""Why a stop is left out: what every vehicle type would break if it went there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from routeopt.problems.instance import EPS, Flags, Floats, Instance
from routeopt.problems.legs import leg
from routeopt.problems.segment import Span, algebra
from routeopt.problems.violations import Violation, route_violations

if TYPE_CHECKING:
    from routeopt.problems.evaluation import Evaluator
    from routeopt.problems.vrp import VRP


def lone_routes(evaluator: Evaluator, node: int) -> list[list[Violation]]:
    """Return, for each vehicle type, what a route that serves only this stop (or its shipment) violates.

    That a trip has only pickups is no fault of the stop, which could share it.
    """
    data = evaluator.instance
    row = data.shipments[(data.shipments == node).any(axis=1)]
    visits = row[0].tolist() if len(row) else [node]
    return [
        [
            v
            for v in route_violations(evaluator, 0, kind, evaluator.drive(kind, visits))
            if v.constraint != "backhaul"
        ]
        for kind in range(len(data.vehicle_count))
    ]


def servable(instance: Instance) -> Flags:
    """Return (N,) whether some vehicle type may be able to serve the node; depots count as served.

    The algebra of segments is run on all nodes at once. It is a bound: what it rejects cannot be
    served in any plan; both ends of a shipment stand or fall together.
    """
    data = instance
    nodes = np.arange(data.nodes)
    possible = np.zeros(data.nodes, bool)
    rules = algebra(maximum=np.maximum, minimum=np.minimum, choose=_choose)
    none = np.zeros(data.nodes)
    stops = rules.at_stop(
        data.windows[:, 0, 0], data.windows[:, -1, 1], data.service, data.release,
        data.delivery, np.maximum(data.pickup, 0.0), none, none,
    )  # fmt: skip
    for kind in range(len(data.vehicle_count)):
        start, end = int(data.start[kind]), int(data.end[kind])
        route = rules.join(_ends(rules, data, kind, start), stops, *_legs(data, kind, start, nodes))
        if end >= 0:
            route = rules.join(
                route, _ends(rules, data, kind, end, loads=False), *_legs(data, kind, nodes, end)
            )
        else:
            route = rules.join(
                route, _ends(rules, data, kind, start, loads=False)._replace(middle=_ANYTIME), 0.0, 0.0
            )
        possible |= (
            data.allowed[kind]
            & np.isfinite(route.distance)
            & (route.middle.warp <= EPS)
            & (route.heaviest <= data.capacity[kind] + EPS).all(axis=1)
            & (route.distance <= data.max_distance[kind] + EPS)
            & (route.middle.duration <= data.max_duration[kind] + EPS)
            & (data.max_stops[kind] >= 1)
        )
    for a, b in data.shipments:
        possible[[a, b]] = possible[a] and possible[b]
    possible[: data.depots] = True
    return possible


_ANYTIME = Span(0.0, 0.0, 0.0, 0.0, np.inf)


def _choose(condition: Any, chosen: Any, other: Any) -> Any:
    if isinstance(chosen, tuple):
        return type(chosen)(*(_choose(condition, a, b) for a, b in zip(chosen, other, strict=True)))
    shape = np.broadcast_shapes(np.shape(chosen), np.shape(other))
    column = np.reshape(condition, np.shape(condition) + (1,) * (len(shape) - np.ndim(condition)))
    return np.where(column, chosen, other)


def _ends(rules: Any, data: Instance, kind: int, depot: int, *, loads: bool = True) -> Any:
    (early, late), (opens, closes) = data.windows[depot][[0, -1], [0, 1]], data.shift[kind]
    return rules.at_depot(
        np.maximum(early, opens),
        np.minimum(late, closes),
        data.service[depot] * loads,
        np.zeros(data.delivery.shape[1]),
    )


def _legs(data: Instance, kind: int, i: Any, j: Any) -> tuple[Floats, Floats]:
    profile = int(data.profile[kind])
    if data.distance.size:
        distance, duration = data.distance[profile][i, j], data.duration[profile][i, j]
    else:
        pairs = np.broadcast(i, j)
        distance, duration = np.array([leg(data, profile, int(a), int(b)) for a, b in pairs]).T
    reachable = np.isfinite(distance + duration)
    return np.where(reachable, distance, np.inf), np.where(reachable, duration, 0.0)


def reason_left_out(problem: VRP, evaluator: Evaluator, node: int, fleet_is_used_up: bool) -> str:
    """Return one sentence that says why a stop is not served."""
    data = evaluator.instance
    tried = lone_routes(evaluator, node)
    if all(tried):
        closest = min(tried, key=len)
        return _sentence(problem, evaluator, closest[0])
    if np.isfinite(data.prize[node]):
        return f"optional: left out at the loss of its prize of {data.prize[node] / data.scale:g}"
    if fleet_is_used_up:
        return f"all {int(data.vehicle_count.sum())} vehicles are used and none of them has room for it"
    return "it can be served, but this plan does not"


def _sentence(problem: VRP, evaluator: Evaluator, violation: Violation) -> str:
    data = evaluator.instance
    amount = violation.amount / data.scale
    place = problem.names[violation.node] if violation.node >= 0 else ""
    unreachable = "no vehicle can reach it and come back: a leg of the way does not exist"
    if violation.constraint == "unreachable":
        unreachable = _off_the_network(problem, violation.node) or unreachable
    sentences = {
        "capacity": f"its load exceeds the capacity of every vehicle by {violation.amount:g}",
        "skills": "no vehicle has all the skills it asks for",
        "unreachable": unreachable,
        "time_windows": f"a vehicle that goes there alone reaches '{place}' {amount:g} after its window",
        "shift": f"a vehicle that goes there alone is back {amount:g} after its shift has ended",
        "max_distance": f"the way there and back is {amount:g} longer than any route may be",
        "max_duration": f"going there and back takes {amount:g} longer than any route may last",
        "max_stops": "no vehicle may make another stop",
    }
    return sentences.get(
        violation.constraint, f"alone in a route it violates '{violation.constraint}' by {amount:g}"
    )


def _off_the_network(problem: VRP, node: int) -> str:
    """Return why legs along a network do not reach a node, or the depots; "" where they say nothing."""
    for legs in problem.legs.values():
        why = getattr(legs, "why_unreachable", None)
        if why is None:
            continue
        for place in (node, *range(len(problem.depots))):
            reason = why(problem.places, place)
            if reason:
                return f"'{problem.names[place]}' {reason}"
    return ""
