"""The algebra is associative, and agrees with the schedule and a brute-force simulation everywhere."""

from __future__ import annotations

import random
from functools import reduce

import naive
import numpy as np
import pytest
from hypothesis import given, strategies as st

from routeopt.problems import schedule, segment
from routeopt.problems.schedule import Node

times = st.integers(0, 25)


@st.composite
def places(draw, depot=None):
    is_depot = draw(st.booleans()) if depot is None else depot
    early = draw(times)
    kind = draw(st.sampled_from(["delivery", "pickup", "both", "neither"]))
    return naive.Place(
        is_depot,
        early,
        early + draw(times),
        draw(st.integers(0, 4)),
        0 if is_depot else draw(st.sampled_from([0, 0, 0, 9, 22])),
        draw(st.integers(1, 5)) if kind in ("delivery", "both") and not is_depot else 0,
        draw(st.integers(1, 5)) if kind in ("pickup", "both") and not is_depot else 0,
        draw(st.integers(0, 9)),
        draw(st.integers(0, 9)),
    )


stretches = st.lists(places(), min_size=3, max_size=9)


@st.composite
def routes(draw):
    middle = draw(st.lists(places(), max_size=7))
    return [draw(places(depot=True)), *middle, draw(places(depot=True))._replace(service=0)]


def as_segment(place, rules=segment, number=float):
    values = {name: number(value) for name, value in place._asdict().items()}
    if place.depot:
        return rules.at_depot(values["early"], values["late"], values["service"], number(0))
    linehaul, backhaul = place.delivery > 0, place.pickup > 0 and not place.delivery
    return rules.at_stop(
        *(values[name] for name in ("early", "late", "service", "release", "delivery", "pickup")),
        number(linehaul),
        number(backhaul),
    )


def fold(stretch, rules=segment, number=float):
    joined = as_segment(stretch[0], rules, number)
    for place in stretch[1:]:
        joined = rules.join(
            joined, as_segment(place, rules, number), number(place.distance), number(place.duration)
        )
    return joined


def any_bracketing(stretch, rng):
    if len(stretch) == 1:
        return as_segment(stretch[0])
    k = rng.randrange(1, len(stretch))
    leg = stretch[k].distance, stretch[k].duration
    return segment.join(any_bracketing(stretch[:k], rng), any_bracketing(stretch[k:], rng), *map(float, leg))


@given(stretches, st.randoms(use_true_random=False))
def test_join_is_associative(stretch, rng):
    assert any_bracketing(stretch, rng) == any_bracketing(stretch, rng) == fold(stretch)


@given(routes())
def test_fold_equals_a_brute_force_simulation(route):
    joined = fold(route)
    drive = naive.best_drive(route, horizon=60, warps=True)
    assert joined.middle.warp == drive.warp
    assert joined.middle.duration == drive.duration
    assert joined.middle.waiting == drive.waiting
    assert joined.distance == sum(place.distance for place in route[1:])
    assert joined.stops == sum(not place.depot for place in route)
    assert joined.heaviest == naive.heaviest(route)
    assert joined.misordered == naive.misordered(route)
    assert joined.backhaul_only == naive.backhaul_only(route)


def run_of_extends(route, start, rules=schedule):
    releases = [float(naive.release_of_trip(route, k)) for k in range(len(route))]
    state = rules.begin(as_node(route[0]), float(start), releases[0])
    for k, place in enumerate(route[1:], 1):
        leg = float(place.distance), float(place.duration)
        if not place.depot:
            state = rules.extend(state, as_node(place), *leg)
        elif k < len(route) - 1:
            state = rules.reload(state, as_node(place), *leg, releases[k])
        else:
            state = rules.finish(state, as_node(place), *leg)
    return state


def as_node(place):
    backhaul = place.pickup > 0 and not place.delivery
    window = ((float(place.early), float(place.late)),)
    loads = float(place.delivery), float(place.pickup)
    return Node(window, float(place.service), *loads, float(place.delivery > 0), float(backhaul))


@given(routes())
def test_fold_of_joins_equals_the_run_of_extends(route):
    joined = fold(route)
    state = run_of_extends(route, joined.middle.early)
    assert (state.distance, state.stops) == (joined.distance, joined.stops)
    assert state.heaviest == joined.heaviest
    assert (state.misordered, state.backhaul_only) == (joined.misordered, joined.backhaul_only)
    assert (state.lateness == 0) == (joined.middle.warp == 0)
    if joined.middle.warp == 0:
        assert state.time - joined.middle.early == joined.middle.duration
        assert state.waiting == joined.middle.waiting


@given(routes(), st.integers(0, 30))
def test_schedule_equals_a_brute_force_simulation_with_a_real_clock(route, start):
    state = run_of_extends(route, start)
    drive = naive.drive(route, start, warps=False)
    assert state.time - start == drive.duration
    assert state.waiting == drive.waiting
    assert state.lateness == drive.lateness


def random_route(rng, stops):
    def place(depot):
        early = rng.uniform(0, 50)
        delivery, pickup = rng.choice([(3.3, 0.0), (0.0, 2.7), (1.1, 4.2)]) if not depot else (0.0, 0.0)
        release = 0.0 if depot else rng.choice([0.0, 20.0 * rng.random()])
        leg = rng.uniform(0, 9), rng.uniform(0, 9)
        return naive.Place(
            depot, early, early + rng.uniform(0, 90), rng.random(), release, delivery, pickup, *leg
        )

    return [place(True), *(place(rng.random() < 0.2) for _ in range(stops)), place(True)]


@pytest.fixture(scope="module")
def compiled():
    numba = pytest.importorskip("numba")

    def kernel(function):
        return numba.njit(function)

    choose = numba.njit(lambda condition, chosen, other: chosen if condition else other)
    return segment.algebra(kernel, choose=choose)


def torch_choose(condition, chosen, other):
    import torch

    if isinstance(chosen, tuple):
        return type(chosen)(*(torch_choose(condition, a, b) for a, b in zip(chosen, other, strict=True)))
    column = condition.reshape(condition.shape + (1,) * (max(chosen.ndim, other.ndim) - condition.ndim))
    return torch.where(column, chosen, other)


def leaves(joined):
    return [x for field in joined for x in (leaves(field) if isinstance(field, tuple) else [field])]


def test_numba_equals_torch_bit_for_bit(compiled):
    torch = pytest.importorskip("torch")
    rng = random.Random(3)
    batch = [random_route(rng, 8) for _ in range(64)]
    for route in batch:  # a batch needs the same kind of place in the same position
        for k, place in enumerate(route):
            route[k] = place._replace(depot=batch[0][k].depot)
    rules = segment.algebra(maximum=torch.maximum, minimum=torch.minimum, choose=torch_choose)
    columns = [naive.Place(*zip(*places, strict=True)) for places in zip(*batch, strict=True)]
    stacked = []
    for column in columns:
        values = naive.Place(*(torch.tensor(field, dtype=torch.float64) for field in column))
        if column.depot[0]:
            part = rules.at_depot(values.early, values.late, values.service, 0.0 * values.early)
        else:
            part = rules.at_stop(
                *(values.early, values.late, values.service, values.release, values.delivery, values.pickup),
                1.0 * (values.delivery > 0),
                1.0 * ((values.pickup > 0) & (values.delivery == 0)),
            )
        stacked.append((part, values.distance, values.duration))
    whole = reduce(lambda a, b: (rules.join(a[0], *b),), stacked[1:], (stacked[0][0],))[0]
    for row, route in enumerate(batch):
        expected = leaves(fold(route, compiled))
        assert expected == leaves(fold(route))
        assert [float(leaf[row]) for leaf in leaves(whole)] == expected


def test_schedule_is_the_same_on_torch_and_numba():
    torch, numba = pytest.importorskip("torch"), pytest.importorskip("numba")
    rng = random.Random(5)
    route = [place._replace(depot=k in (0, 9)) for k, place in enumerate(random_route(rng, 8))]
    tensors = schedule.schedule(maximum=torch.maximum)
    scalars = schedule.schedule(numba.njit)
    state = run_of_extends(route, 4.0)
    assert run_of_extends(route, 4.0, scalars) == state

    def tensor(value):
        return torch.tensor([value, value], dtype=torch.float64)

    def node(place):
        plain = as_node(place)
        return Node(tuple((tensor(a), tensor(b)) for a, b in plain.windows), *map(tensor, plain[1:]))

    batch = tensors.begin(node(route[0]), tensor(4.0), tensor(float(naive.release_of_trip(route, 0))))
    for place in route[1:-1]:
        batch = tensors.extend(batch, node(place), tensor(place.distance), tensor(place.duration))
    batch = tensors.finish(batch, node(route[-1]), tensor(route[-1].distance), tensor(route[-1].duration))
    assert [float(field[1]) for field in batch] == list(state)


def test_several_load_dimensions_join_elementwise():
    rules = segment.algebra(maximum=np.maximum, minimum=np.minimum)
    none = np.zeros(2)
    depot = rules.at_depot(0.0, 100.0, 0.0, none)
    first = rules.at_stop(0.0, 100.0, 0.0, 0.0, np.array([3.0, 1.0]), none, 1.0, 0.0)
    second = rules.at_stop(0.0, 100.0, 0.0, 0.0, none, np.array([1.0, 5.0]), 0.0, 1.0)
    route = reduce(lambda a, b: rules.join(a, b, 1.0, 1.0), [depot, first, second, depot])
    assert route.heaviest.tolist() == [3.0, 5.0]
