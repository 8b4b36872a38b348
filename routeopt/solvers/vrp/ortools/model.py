"""The routing model of OR-Tools for an instance, and routes to and from it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from ortools.constraint_solver import pywrapcp

from routeopt.problems.instance import Routes
from routeopt.solvers.vrp.ortools.costs import add_costs
from routeopt.solvers.vrp.ortools.ground import Ground
from routeopt.solvers.vrp.ortools.limits import add_length, add_positions
from routeopt.solvers.vrp.ortools.loads import add_loads, add_order
from routeopt.solvers.vrp.ortools.times import add_times, new_clock


class Model(NamedTuple):
    """A routing model, and what its numbers mean."""

    ground: Ground
    manager: Any  # places to indices of the model
    routing: Any

    def routes(self) -> Routes:
        """Return the routes that the model's variables show at a solution."""
        model, nodes = self.routing, self.ground.nodes
        lists = []
        for vehicle in range(len(self.ground.kinds)):
            route, index = [], model.NextVar(model.Start(vehicle)).Value()
            while not model.IsEnd(index):
                route.append(int(nodes[self.manager.IndexToNode(index)]))
                index = model.NextVar(index).Value()
            lists.append(route)
        return Routes.from_lists(lists, self.ground.kinds.tolist())

    def assignment(self, routes: Routes) -> Any:
        """Return a plan as the model knows it, or None where rounding has made it infeasible."""
        place = {int(node): k for k, node in enumerate(self.ground.nodes)}
        waiting = {
            kind: np.flatnonzero(self.ground.kinds == kind).tolist()[::-1] for kind in set(self.ground.kinds)
        }
        lists: list[list[int]] = [[] for _ in self.ground.kinds]
        for kind, visits in zip(routes.vehicle, routes.lists(), strict=True):
            lists[waiting[kind].pop()] = [self.manager.NodeToIndex(place[node]) for node in visits]
        return self.routing.ReadAssignmentFromRoutes(lists, True)


def new_model(ground: Ground) -> Model:
    """State an instance as a routing model."""
    manager = pywrapcp.RoutingIndexManager(
        len(ground.nodes), len(ground.kinds), ground.starts.tolist(), ground.ends.tolist()
    )
    routing = pywrapcp.RoutingModel(manager)
    clock = new_clock(ground)
    if clock is not None:
        add_times(routing, manager, ground, clock)
    add_loads(routing, ground)
    add_order(routing, manager, ground)
    add_length(routing, ground)
    add_positions(routing, manager, ground)
    add_costs(routing, manager, ground, clock)
    _add_skills(routing, manager, ground)
    return Model(ground, manager, routing)


def _add_skills(routing: Any, manager: Any, ground: Ground) -> None:
    allowed = ground.instance.allowed[ground.kinds]
    for place in ground.stops.tolist():
        able = allowed[:, ground.nodes[place]]
        if not able.all():
            vehicles = [-1, *np.flatnonzero(able).tolist()]  # -1: not served
            routing.VehicleVar(manager.NodeToIndex(place)).SetValues(vehicles)
