"""The schedule on tensors: where a vehicle may go, and what becomes of it when it does.

The rules are those of :mod:`routeopt.problems.schedule`, bound to torch. Every stop is tried at once as the next
one, and the way home behind it; the bounds are compared with the tolerance that every solution is judged by.
What no problem of a batch uses stays a plain number in the rules, and costs nothing.

All functions take tensors with any axes in front, those of the problems and, for example, of several starts.
Tensors that do not change may be expanded over such an axis instead of copied.
"""

from __future__ import annotations

from typing import Any

import torch
from tensordict import TensorDict
from torch import Tensor

from routeopt.problems.instance import EPS
from routeopt.problems.schedule import Node, State, schedule


def _maximum(a: Any, b: Any) -> Any:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return torch.maximum(a, b)
    if isinstance(a, Tensor):
        return a.clamp(min=b)
    return b.clamp(min=a) if isinstance(b, Tensor) else max(a, b)


_RULES = schedule(maximum=_maximum)

# The fields of a vehicle's state that go on from stop to stop, with what makes them matter:
# the key of the problems' tensors, or none where every problem has it.
_CARRIED = {
    "time": "early",
    "distance": "limit",
    "peak": None,
    "pickup": "pickup",
    "backhauls": "linehaul_first",
}
_NOTHING = State(*(0.0 for _ in State._fields))


def legs(td: TensorDict, origin: Tensor | None, target: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return distances and durations of legs.

    Parameters
    ----------
    td : TensorDict
        As :mod:`routeopt.envs.tensors` makes it.
    origin, target : (..., K) tensor, or None
        Nodes, broadcast against each other; None is every node in turn.
    """
    if "x" in td.keys():
        x, y = td["x"], td["y"]
        dx, dy = _at(x, origin) - _at(x, target), _at(y, origin) - _at(y, target)
        distance = (dx * dx + dy * dy).sqrt()
        return distance, distance
    distance = _entries(td["distance_matrix"], origin, target)
    return distance, _entries(
        td["duration_matrix"], origin, target
    ) if "duration_matrix" in td.keys() else distance


def matrices(td: TensorDict) -> tuple[Tensor, Tensor]:
    """Return distances and durations ``(..., N, N)`` of all legs."""
    if "x" in td.keys():
        x, y = td["x"], td["y"]
        dx, dy = x.unsqueeze(-1) - x.unsqueeze(-2), y.unsqueeze(-1) - y.unsqueeze(-2)
        distance = (dx * dx + dy * dy).sqrt()
        return distance, distance
    distance = td["distance_matrix"]
    return distance, td.get("duration_matrix", distance)


def _at(values: Tensor, nodes: Tensor | None) -> Tensor:
    return values if nodes is None else values.gather(-1, nodes)


def _entries(matrix: Tensor, origin: Tensor | None, target: Tensor | None) -> Tensor:
    """Return entries of matrices ``(..., N, N)``."""
    size = matrix.shape[-1]
    every = torch.arange(size, device=matrix.device)
    index = (every if origin is None else origin) * size + (every if target is None else target)
    return matrix.flatten(-2).gather(-1, index.expand(*matrix.shape[:-2], index.shape[-1]))


def nodes(td: TensorDict, at: Tensor | None = None) -> Node:
    """Return what nodes ``(..., K)`` ask for, or every node in turn."""

    def column(name: str) -> Any:
        return _at(td[name], at) if name in td.keys() else 0.0

    window = (column("early"), column("late")) if "early" in td.keys() else (0.0, torch.inf)
    return Node(
        (window,),
        column("service"),
        column("delivery"),
        column("pickup"),
        column("linehaul"),
        column("backhaul"),
    )


def carried(td: TensorDict) -> State:
    """Return the state of the vehicles, as far as any bound asks for it."""
    return _NOTHING._replace(
        **{field: td[f"route_{field}"] for field, key in _CARRIED.items() if key is None or key in td.keys()}
    )


def store(td: TensorDict, state: State, under_way: Tensor) -> dict[str, Tensor]:
    """Return the state to be stored; vehicles that are not under way have nothing behind them but the clock."""
    kept = {}
    for field, key in _CARRIED.items():
        if key is None or key in td.keys():
            value = getattr(state, field)
            kept[f"route_{field}"] = value if field == "time" else torch.where(under_way, value, 0.0)
    return kept


def begin(td: TensorDict, depot: Tensor) -> State:
    """Return the state of vehicles that are loaded at these depots ``(..., 1)`` as early as can be."""
    node = nodes(td, depot)
    start = node.windows[0][0]
    begun: State = _RULES.begin(node, start, 0.0 * start)
    fresh = 0.0 * _at(td["delivery"], depot)
    return begun._replace(distance=fresh, peak=fresh, pickup=fresh, backhauls=fresh)


def extend(td: TensorDict, state: State, origin: Tensor, target: Tensor | None) -> State:
    """Return the states behind stops ``(..., K)``, or behind every node in turn."""
    distance, duration = legs(td, origin, target) if _measured(td) else (0.0, 0.0)
    timed = "early" in td.keys()
    extended: State = _RULES.extend(state, nodes(td, target), distance, duration if timed else 0.0)
    return extended


def _measured(td: TensorDict) -> bool:
    """Return whether any bound depends on legs."""
    return "early" in td.keys() or "limit" in td.keys()


def feasible(td: TensorDict, state: State, origin: Tensor, depot: Tensor) -> Tensor:
    """Return which nodes ``(..., N)`` a vehicle can serve next, and still get home to its depot.

    Parameters
    ----------
    td : TensorDict
        The problems.
    state : State
        Of the vehicles, as :func:`carried` or :func:`begin` returns it.
    origin : (..., 1) tensor
        Where they are.
    depot : (..., 1) tensor
        Where they are from.
    """
    after = extend(td, state, origin, None)
    possible: Tensor = after.peak <= td["capacity"] + EPS
    if "linehaul_first" in td.keys():
        possible = possible & ((after.misordered <= 0) | ~td["linehaul_first"])
    if "distance_matrix" in td.keys():
        reachable = legs(td, origin, None)[0].isfinite()
        possible = possible & reachable & (_home(td, "home_distance", depot).isfinite() | td["open"])
    if "early" in td.keys():
        possible = possible & (after.lateness <= EPS)
    if not _measured(td):
        return possible
    distance = _home(td, "home_distance", depot)
    duration = _home(td, "home_duration", depot) if "home_duration" in td.keys() else distance
    home: State = _RULES.finish(after, nodes(td, depot), distance, duration if "early" in td.keys() else 0.0)
    if "early" in td.keys():
        possible = possible & ((home.lateness - after.lateness <= EPS) | td["open"])
    if "limit" in td.keys():
        driven = torch.where(td["open"], after.distance, home.distance)
        possible = possible & (driven <= td["limit"] + EPS)
    return possible


def homes(td: TensorDict) -> dict[str, Tensor]:
    """Return distances and durations ``(..., D, N)`` of the legs from every node to the depots."""
    depots = range(td["depot_features"].shape[-2])
    back = [legs(td, None, torch.full_like(td["nodes"], depot)) for depot in depots]
    distance, duration = (torch.stack(columns, -2) for columns in zip(*back, strict=True))
    return {"home_distance": distance} | (
        {"home_duration": duration} if "duration_matrix" in td.keys() else {}
    )


def servable(td: TensorDict) -> Tensor:
    """Return which stops ``(..., D, N)`` a vehicle of each depot can serve on a route of their own."""
    depots, size = td["depot_features"].shape[-2], td["locs"].shape[-2]
    node = torch.arange(size, device=td["nodes"].device)
    stop = (node >= depots) & (node < td["nodes"])
    alone = []
    for number in range(depots):
        depot = torch.full_like(td["nodes"], number)
        alone.append(feasible(td, begin(td, depot), depot, depot) & stop)
    return torch.stack(alone, -2)


def _home(td: TensorDict, key: str, depot: Tensor) -> Tensor:
    """Return the legs ``(..., N)`` from every node to these depots ``(..., 1)``."""
    homes: Tensor = td[key]
    if homes.shape[-2] == 1:
        return homes.squeeze(-2)
    return homes.gather(-2, depot.unsqueeze(-1).expand(*depot.shape, homes.shape[-1])).squeeze(-2)
