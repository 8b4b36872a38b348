"""The iterated local search keeps its books: every gain, undo and best plan is what summing up anew says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from naive_hgs import route_length
from numba import njit

import routeopt as ro
from routeopt.solvers.vrp.ils import ILS, layout, moves, recreate, ruin
from routeopt.solvers.vrp.ils.annealing import anneal
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.vrp.ils.layout import Ground, new_desk, new_plan
from routeopt.solvers.vrp.ils.parts import deal
from routeopt.solvers.vrp.ils.setting import link_tour, list_stops, measure_near
from routeopt.solvers.vrp.plain import plain

HABITS = Habits(6.0, 5, 0.5, 0.01, 8, 6, 3.0)
CALM = np.zeros(1, np.uint8)


@njit
def legs_between(legs, out):
    for a in range(len(out)):
        for b in range(len(out)):
            out[a, b] = layout.leg(legs, a, b)


@njit
def try_pair(ground, plan, desk, u, v):
    """Do the best move for u and v, if there is one; return its kind and what it claims to gain."""
    desk.now[0].iteration += 1
    desk.now[0].logged = desk.now[0].logged_routes = 0
    at_u = moves.around(plan, ground, u)
    moves.find_move(ground, plan, desk.move[0], at_u, v, layout.leg(ground.legs, u, v))
    kind = desk.move[0].kind
    if kind != 0:
        moves.make_move(ground, plan, desk, u, v)
    return kind, desk.move[0].gain


@njit
def ruin_and_recreate(ground, plan, desk, habits, seed, mine):
    """Return how many stops were removed, whether they are back, what that cost, all without annealing."""
    desk.now[0].iteration += 1
    desk.now[0].logged = desk.now[0].logged_routes = 0
    removed, more = ruin.ruin(ground, plan, desk, habits, seed, ground.stops)
    complete, extra = recreate.recreate(ground, plan, desk, habits, removed, mine)
    return removed, complete, more + extra


@njit
def undo(plan, desk):
    layout.undo(plan, desk)


class Case:
    """A random problem, its plan and a desk."""

    def __init__(self, seed, stops=40, sparse=False, tight=1.15):
        rng = np.random.default_rng(seed)
        x, y = rng.integers(0, 100, (2, stops)).astype(float)
        demand = rng.integers(1, 9, stops).astype(float)
        capacity = float(max(20, round(tight * demand.sum() / 6)))
        problem = ro.VRP(
            ro.Stops(x, y, delivery=demand),
            [ro.Vehicle(capacity=capacity, fixed_cost=float(seed % 3))],
            [ro.Depot(50.0, 50.0)],
            legs=ro.Euclidean("round"),
        )
        self.instance = problem.instance()
        start = ro.solve(problem, 0, solver="sweep").routes
        case, room = plain(self.instance), start.size + 3
        self.legs = case.places(room) if sparse else case.matrix(room)
        near = case.near(12)
        near = np.concatenate([np.zeros((1, near.shape[1]), np.int32), near])
        near_legs = np.zeros((stops + 1, 8), np.int32)
        measure_near(self.legs, near, near_legs)
        self.ground = Ground(self.legs, near, near_legs, stops, case.capacity)
        self.plan = new_plan(case.demand, room)
        self.claimed = link_tour(self.plan, self.legs, case.tour(start), start.offsets)
        self.plan.best[:] = self.plan.nodes["next"]
        self.desk = new_desk(stops, room, rng)
        self.matrix = np.zeros((stops + 1 + room, stops + 1 + room), np.int64)
        legs_between(self.legs, self.matrix)
        self.x, self.y, self.rng = case.x, case.y, rng

    def routes(self, links=None):
        """Follow the links; check loads and that each stop stands in one route."""
        links = self.plan.nodes["next"].copy() if links is None else links
        tour = np.zeros(self.ground.stops, np.int32)
        offsets = np.zeros(len(self.plan.routes) + 1, np.int64)
        list_stops(links, self.ground.stops, tour, offsets)
        assert sorted(tour) == list(range(1, self.ground.stops + 1))
        routes = [tour[a:b].tolist() for a, b in pairwise(offsets)]
        demand = self.plan.nodes["demand"]
        assert all(demand[route].sum() <= self.ground.capacity for route in routes)
        return routes

    def cost(self, links=None):
        return sum(route_length(self.matrix, route) for route in self.routes(links) if route)

    def checked_cost(self):
        """Return the cost, after checking what the records say of themselves."""
        nodes, records = self.plan.nodes, self.plan.routes
        for number, route in enumerate(self.routes()):
            depot = self.ground.stops + 1 + number
            assert records[number]["stops"] == len(route)
            assert records[number]["load"] == nodes["demand"][route].sum()
            ring = [depot, *route, depot]
            for a, b in pairwise(ring):
                assert nodes[b]["previous"] == a
                assert nodes[a]["route"] == number
                assert nodes[a]["departure"] == nodes[b]["arrival"] == self.matrix[a, b]
        return self.cost()


@pytest.mark.parametrize("sparse", [False, True])
def test_legs_and_start_are_those_of_the_problem(sparse):
    case = Case(4, sparse=sparse)
    assert case.claimed == case.checked_cost()
    nodes, distance = plain(case.instance).nodes, case.instance.distance[0]
    scale = case.matrix[1, 2] / distance[nodes[0], nodes[1]]
    assert case.matrix[1:41, 1:41] == pytest.approx(scale * distance[np.ix_(nodes, nodes)])
    halves = case.matrix[0, 1:41] - scale * distance[0, nodes]
    assert halves == pytest.approx(scale * case.instance.fixed_cost[0] / 2)


def test_moves_gain_what_they_claim():
    kinds = set()
    for seed in range(12):
        case = Case(3 * seed, stops=24, tight=1.5)
        pairs = case.rng.permutation([(u, v) for u in range(1, 25) for v in range(1, 25) if u != v])
        for u, v in pairs:
            before = case.checked_cost()
            kind, gain = try_pair(case.ground, case.plan, case.desk, u, v)
            assert gain == before - case.checked_cost()
            assert (gain > 0) == (kind != moves.NONE)
            kinds.add(kind)
    assert kinds == {moves.NONE, moves.TAILS, moves.HEADS, moves.REVERSE, moves.PLACE}


@pytest.mark.parametrize("sparse", [False, True])
def test_ruin_and_recreate_cost_what_they_claim_and_can_be_undone(sparse):
    case = Case(0, sparse=sparse)
    mine = np.arange(len(case.plan.routes), dtype=np.int32)
    (part,) = deal(case.plan, case.x, case.y, 1, case.rng)
    case.desk.now["used"] = part.used
    for _ in range(200):
        before, cost = case.plan.nodes["next"].copy(), case.checked_cost()
        seed = int(case.rng.integers(1, 41))
        removed, complete, more = ruin_and_recreate(case.ground, case.plan, case.desk, HABITS, seed, mine)
        assert removed >= 1
        if complete:
            assert case.checked_cost() == cost + more
        undo(case.plan, case.desk)
        assert (case.plan.nodes["next"] == before).all()
        assert case.checked_cost() == cost


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("parts", [1, 3])
def test_annealing_keeps_its_books(parts, sparse):
    case = Case(5 * parts, stops=60, sparse=sparse)
    total = case.checked_cost()
    for round_ in range(8):
        case.plan.best[:] = case.plan.nodes["next"]
        best, dealt = total, deal(case.plan, case.x, case.y, parts, case.rng)
        assert sorted(np.concatenate([part.stops for part in dealt])) == list(range(1, 61))
        assert len(np.unique(np.concatenate([part.routes for part in dealt]))) == len(case.plan.routes)
        now = case.desk.now[0]
        for part in dealt:
            now["part"], now["used"] = part.number, part.used
            done = anneal(
                case.ground, case.plan, case.desk, HABITS, part.stops, part.routes,
                20.0 / (1 + round_), 150, CALM, CALM,
            )  # fmt: skip
            assert done == 150
            total += now["cost"]
            best += now["best"]
            used = sum(bool(route) for i, route in enumerate(case.routes()) if i in part.routes)
            assert now["used"] == used
        assert case.checked_cost() == total
        assert case.cost(case.plan.best) == best
        assert not case.plan.nodes["differs"].any()


def problem(stops=60, **vehicle):
    rng = np.random.default_rng(stops)
    x, y = rng.integers(0, 1000, (2, stops)).astype(float)
    return ro.VRP(
        ro.Stops(x, y, delivery=rng.integers(1, 100, stops)),
        [ro.Vehicle(**{"capacity": 500, **vehicle})],
        [ro.Depot(500.0, 500.0)],
        legs=ro.Euclidean("round"),
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_same_seed_same_routes(threads):
    def plan(seed):
        stop = ro.MaxIterations(10_000)
        return ro.solve(problem(), solver="ils", stop=stop, seed=seed, threads=threads).routes

    first, again, other = plan(1), plan(1), plan(2)
    assert first.visits.tolist() == again.visits.tolist()
    assert first.offsets.tolist() == again.offsets.tolist()
    assert first.visits.tolist() != other.visits.tolist()


def test_iterations_are_counted_exactly_and_help():
    start = ro.solve(problem(), 0, solver="savings")
    few = ro.solve(problem(), solver="ils", stop=ro.MaxIterations(5_001))
    assert few.iterations == 5_001
    assert few.feasible
    assert few.cost < start.cost


def test_without_a_limit_the_plan_cools_down_again_and_again():
    small = problem(12)
    patient = ro.solve(small, solver="ils", stop=ro.NoImprovement(60_000))
    assert patient.iterations >= 60_000
    assert patient.cost == ro.solve(small, solver="hgs", stop=ro.MaxIterations(2_000)).cost


def test_coordinates_serve_where_there_is_no_matrix():
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 5_000)) * 1_000
    large = ro.VRP(
        ro.Stops(x, y, delivery=rng.integers(1, 10, 5_000)), [ro.Vehicle(capacity=100)], [ro.Depot(500, 500)]
    )
    assert large.instance().distance.size == 0
    start = ro.solve(large, 0, solver="savings")
    parts = ILS(part=2_000)
    better = ro.solve(large, solver=parts, stop=ro.MaxIterations(30_000), start=start, threads=2)
    assert better.feasible
    assert better.cost < 0.99 * start.cost


def test_parameters_are_checked():
    for wrong in ({"string": 0}, {"blink": 1.0}, {"warm": 0.01}, {"part": 0}):
        with pytest.raises(ValueError, match="must be"):
            ILS(**wrong)
