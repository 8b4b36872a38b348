"""What a plan costs, in whole numbers: legs, vehicles, durations, and stops that are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from routeopt.problems.instance import EPS, Floats, Integers
from routeopt.solvers.vrp.integers import whole_factor
from routeopt.solvers.vrp.ortools.ground import Ground
from routeopt.solvers.vrp.ortools.scaling import Scale, scale_of
from routeopt.solvers.vrp.ortools.times import Clock

_MOST_COST = float(1 << 57)  # of a whole plan: guided local search adds penalties on top
_FINEST_LEG = 1 << 30  # longest leg after scaling, where costs are not whole
_FINEST_RATE = 1 << 10  # cost of a unit of time, likewise


class Prices(NamedTuple):
    """Costs before they are scaled."""

    legs: dict[tuple[int, float], Floats]  # (M, M) by travel profile and cost per unit of distance
    vehicle: Floats  # (V,) for each one used
    leaving: Floats  # (M,) for leaving a stop out, and its whole group
    most: float  # no plan costs more


def prices(ground: Ground, clock: Clock | None) -> Prices:
    """Return the costs of a plan in the instance's units."""
    instance = ground.instance
    vehicle = instance.fixed_cost[ground.kinds] + instance.vehicle_weight
    lesser = ground.of_nodes(_lesser(instance.prize, instance.group))
    legs = {
        (profile, rate): rate * _finite(ground.legs(profile)[0]) + lesser
        for profile, rate in {
            (int(instance.profile[kind]), float(instance.distance_cost[kind])) for kind in ground.kinds
        }
    }
    rate = float((instance.duration_cost + instance.overtime_cost)[ground.kinds].max(initial=0.0))
    longest = max((float(part.max(initial=0.0)) for part in legs.values()), default=0.0)
    horizon = clock.horizon / clock.scale.factor if clock else 0.0
    route = float(vehicle.max(initial=0.0)) + 2 * longest + rate * horizon  # all that one stop more can add
    prize = ground.of_nodes(instance.prize)
    dear = route + float(np.where(np.isfinite(prize), prize, 0.0).max(initial=0.0)) + 1.0
    leaving = np.where(np.isfinite(prize), prize + lesser, dear)
    return Prices(legs, vehicle, leaving, 2 * dear * max(1, len(ground.stops)))


def _finite(legs: Floats) -> Floats:
    """Return legs without the unreachable ones, which the clock rules out."""
    return np.where(np.isfinite(legs), legs, 0.0)


def _lesser(prize: Floats, group: Integers) -> Floats:
    """Return by how much the prize of each node (N,) falls short of the highest of its group."""
    short = np.zeros(len(prize))
    for number in np.unique(group[group >= 0]):
        members = group == number
        if np.isfinite(prize[members]).all():
            short[members] = prize[members].max() - prize[members]
    return short


def cost_scale(ground: Ground, clock: Clock | None, price: Prices) -> Scale:
    """Return the scale of costs; if time is paid for, a unit of time costs whole numbers too."""
    rates = _rates(ground)
    values = [*price.legs.values(), price.vehicle, price.leaving]
    if clock is None or not rates.any():
        most = min(_MOST_COST, _FINEST_LEG * price.most / max(1.0, max(map(np.max, price.legs.values()))))
        return scale_of(values, price.most, most)
    finer = whole_factor(rates.ravel(), float(_FINEST_RATE)) or _FINEST_RATE / rates.max()
    factor = min(clock.scale.factor * finer, _MOST_COST / price.most)
    return Scale(factor, int(np.ceil(price.most * factor)))


def _rates(ground: Ground) -> Floats:
    """Return cost per unit of duration and of overtime (V, 2)."""
    instance, kinds = ground.instance, ground.kinds
    overtime = np.where(np.isfinite(instance.overtime_after[kinds]), instance.overtime_cost[kinds], 0.0)
    return np.column_stack([instance.duration_cost[kinds], overtime])


def add_costs(model: Any, manager: Any, ground: Ground, clock: Clock | None) -> Scale:
    """Price legs, vehicles, durations and stops left out; return the scale of costs."""
    instance = ground.instance
    price = prices(ground, clock)
    scale = cost_scale(ground, clock, price)
    registered = {
        key: model.RegisterTransitMatrix(scale.near(part).tolist()) for key, part in price.legs.items()
    }
    vehicles = scale.near(price.vehicle).tolist()
    for vehicle, kind in enumerate(ground.kinds.tolist()):
        key = int(instance.profile[kind]), float(instance.distance_cost[kind])
        model.SetArcCostEvaluatorOfVehicle(registered[key], vehicle)
        model.SetFixedCostOfVehicle(vehicles[vehicle], vehicle)
    if clock is not None:
        _add_durations(model, ground, clock, scale)
    leaving = scale.near(price.leaving).tolist()
    for members, optional in _choices(ground):
        indices = [manager.NodeToIndex(place) for place in members]
        if optional or not ground.complete:
            model.AddDisjunction(indices, max(leaving[place] for place in members), 1)
        elif len(members) > 1:
            model.AddDisjunction(indices)
    return scale


def _add_durations(model: Any, ground: Ground, clock: Clock, scale: Scale) -> None:
    from ortools.constraint_solver.pywrapcp import BoundCost

    time, instance = model.GetDimensionOrDie("time"), ground.instance
    rates = _rates(ground) * scale.factor / clock.scale.factor
    for vehicle, (duration, overtime) in enumerate(np.ceil(rates - EPS).astype(np.int64).tolist()):
        after = instance.overtime_after[ground.kinds[vehicle]]
        if duration:
            time.SetSpanCostCoefficientForVehicle(duration, vehicle)
        if overtime:
            time.SetSoftSpanUpperBoundForVehicle(BoundCost(int(clock.scale.near(after)), overtime), vehicle)


def _choices(ground: Ground) -> Iterator[tuple[list[int], bool]]:
    """Yield places of which at most one is served, and whether none may be."""
    instance = ground.instance
    groups: dict[int, list[int]] = {}
    for place in ground.stops.tolist():
        node = ground.nodes[place]
        if instance.group[node] >= 0:
            groups.setdefault(int(instance.group[node]), []).append(place)
        else:
            yield [place], bool(np.isfinite(instance.prize[node]))
    for members in groups.values():
        yield members, bool(np.isfinite(instance.prize[ground.nodes[members]]).all())
