from __future__ import annotations

import pytest

from routeopt.bench.measures import gap, honest, primal_integral, seconds_to

TRACE = [(1.0, 120.0), (4.0, 105.0), (5.0, 100.0)]


def test_gap_is_in_percent():
    assert gap(101.0, 100.0) == pytest.approx(1.0)
    assert gap(99.0, 100.0) == pytest.approx(-1.0)


def test_primal_integral_is_the_mean_gap_over_the_budget():
    assert primal_integral(TRACE, 100.0, 10.0) == pytest.approx((4 * 10 + 1 * 5) / 10)
    assert primal_integral([], 100.0, 10.0) == 10.0
    assert primal_integral([(0.0, 102.0)], 100.0, 10.0) == pytest.approx(2.0)


def test_what_is_found_behind_the_budget_does_not_count():
    assert primal_integral([(1.0, 105.0), (11.0, 100.0)], 100.0, 10.0) == pytest.approx((10 + 9 * 5) / 10)


def test_time_to_a_gap_is_that_of_the_first_answer_within_it():
    assert seconds_to(TRACE, 100.0, 5.0) == 4.0
    assert seconds_to(TRACE, 100.0, 0.5) == 5.0
    assert seconds_to(TRACE, 99.0, 0.5) is None


def test_a_trace_counts_for_no_less_than_its_answer_costs():
    assert honest([(1.0, 110.0), (2.0, 111.0), (3.0, 90.0)], 100.0, 5.0) == [(1.0, 110.0), (3.0, 100.0)]
    assert honest([(1.0, 110.0)], 100.0, 5.0) == [(1.0, 110.0), (5.0, 100.0)]
    assert honest([], 100.0, 5.0) == [(5.0, 100.0)]
