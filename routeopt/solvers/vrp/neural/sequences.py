"""Plans as sequences of nodes, as policies build them, and as routes.

With one depot every vehicle starts there: ``3 1 0 2`` are the routes 3–1 and 2. With several, a depot comes
before the stops of each route that starts from it: ``1 5 3 0 4`` are the route 5–3 from depot 1 and the route 4
from depot 0. A depot ends the route before it, whose vehicle goes home to its own; depots in a row cost nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from routeopt.problems.instance import Instance, Integers, Routes


def routes(instance: Instance, actions: ArrayLike) -> Routes:
    """Return a plan as routes of the vehicle types of an instance."""
    kind = {int(depot): k for k, depot in reversed(list(enumerate(instance.start)))}
    visits: list[list[int]] = [[]]
    kinds = [kind[0]] if 0 in kind else [0]
    for node in np.asarray(actions).tolist():
        if node >= instance.depots:
            visits[-1].append(node)
        else:
            visits.append([])
            kinds.append(kind[node])
    return Routes.from_lists(visits, kinds)


def actions(instance: Instance, plan: Routes) -> Integers:
    """Return routes, which may not reload, as a plan."""
    nodes: list[int] = []
    for kind, visits in zip(plan.vehicle, plan.lists(), strict=True):
        if nodes or instance.depots > 1:
            nodes.append(int(instance.start[kind]))
        nodes += visits
    return np.array(nodes, np.int64)
