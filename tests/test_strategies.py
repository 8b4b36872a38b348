"""The strategies of property tests themselves: they reach every attribute, and keep what they promise."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import problems, problems_with_plans

from routeopt.problems.features import FEATURES

few = settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("feature", FEATURES)
def test_a_needed_feature_is_there(feature, whole):
    @few
    @given(problems(need={feature}, whole=whole))
    def check(problem):
        assert feature in problem.features

    check()


@pytest.mark.parametrize("feature", FEATURES)
def test_an_excluded_feature_is_not_there(feature):
    @few
    @given(problems(without={feature}))
    def check(problem):
        assert feature not in problem.features

    check()


@few
@given(problems(without=set(FEATURES) - {"capacity", "time_windows", "service_time"}))
def test_only_what_a_solver_supports(problem):
    assert problem.features <= {"capacity", "time_windows", "service_time"}


def test_everything_comes_together():
    seen, combined = set(), []

    @settings(max_examples=200)
    @given(problems())
    def collect(problem):
        seen.update(problem.features)
        combined.append(len(problem.features))

    collect()
    assert seen == set(FEATURES)
    assert min(combined) <= 2
    assert max(combined) >= 15


@given(problems_with_plans())
def test_whole_numbers_are_whole(case):
    problem, _ = case
    for array in problem.instance():
        values = np.asarray(array, float)
        finite = values[np.isfinite(values)]
        np.testing.assert_array_equal(finite, np.round(finite))


@given(problems_with_plans(whole=False))
def test_plans_are_well_formed(case):
    problem, routes = case
    first = len(problem.depots)
    served = routes.visits[routes.visits >= first]
    assert len(set(served.tolist())) == len(served)
    assert (routes.vehicle < len(problem.vehicles)).all()
    for route, kind in zip(routes.lists(), routes.vehicle, strict=True):
        assert route[0] >= first
        assert route[-1] >= first
        for depot in [node for node in route if node < first]:
            assert problem.instance().reload_depots[kind, depot]


@given(problems_with_plans(complete=True))
def test_complete_plans_serve_every_stop(case):
    problem, routes = case
    first = len(problem.depots)
    assert sorted(routes.visits[routes.visits >= first]) == list(range(first, len(problem.names)))
