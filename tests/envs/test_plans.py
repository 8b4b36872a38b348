"""Plans as sequences of nodes, and as routes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from strategies import plans as drawn_plans, problems

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'routeopt[neural]'")

from routeopt.data.generators import generate  # noqa: E402
from routeopt.envs import plans  # noqa: E402


@given(st.data())
def test_routes_become_plans_and_come_back(data):
    problem = data.draw(problems(without={"heterogeneous_fleet", "reloads", "profiles", "skills"}))
    instance = problem.instance()
    routes = data.draw(drawn_plans(problem))
    back = plans.routes(instance, plans.actions(instance, routes))
    assert back.lists() == routes.lists()
    np.testing.assert_array_equal(instance.start[back.vehicle], instance.start[routes.vehicle])


def test_sequences_are_read_as_told():
    one, three = (generate("routefinder", 6, attributes=name).instance() for name in ("cvrp", "mdcvrp"))
    assert plans.routes(one, [3, 1, 0, 2]).lists() == [[3, 1], [2]]
    routes = plans.routes(three, [1, 5, 3, 0, 0, 4, 2])
    assert routes.lists() == [[5, 3], [4]]
    assert routes.vehicle.tolist() == [1, 0]


def test_padding_stays_at_the_last_depot():
    plan = plans.padded([np.array([1, 4, 2, 3]), np.array([0, 3])], depots=3)
    assert plan.tolist() == [[1, 4, 2, 3], [0, 3, 0, 0]]
