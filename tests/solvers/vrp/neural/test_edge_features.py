"""What the edge scorer sees: the same however a problem is turned, mirrored, scaled or stated; the right neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from strategies import problems

import routeopt as ro
from routeopt.problems.instance import EUCLIDEAN, EXPLICIT, Instance
from routeopt.problems.legs import legs
from routeopt.solvers.vrp.neural.edge_features import EDGE, NODE, edge_graph

COSINE, RANK, RETURNED, DEPOT_EDGE = 6, 4, 5, 8  # columns of the features of edges
# Their legs are straight and not rounded, so that no two are of the same length.
KINDS = ("cvrp", "clustered", "vrptw", "ovrpbltw", "mdvrpmbl")


def instance_of(kind: str, stops: int) -> Instance:
    if kind in KINDS[2:]:
        return ro.generate("routefinder", stops, seed=11, attributes=kind).instance()
    return ro.generate(kind, stops, seed=11).instance()


def moved(i: Instance, matrix: np.ndarray, shift: tuple[float, float], scale: float) -> Instance:
    """Return the problem with its places moved; with lengths, times and speeds in other units where they grow."""
    x, y = scale * (matrix @ np.stack([i.x, i.y])) + np.array(shift)[:, None]
    nodes = np.arange(i.nodes)
    straight = i._replace(x=x, y=y, distance=np.zeros((1, 0, 0)), duration=np.zeros((1, 0, 0)))
    distance, duration = legs(straight, 0, nodes[:, None], nodes)
    return i._replace(
        x=x, y=y, distance=distance[None], duration=duration[None], windows=i.windows * scale,
        service=i.service * scale, max_distance=i.max_distance * scale, max_duration=i.max_duration * scale,
        shift=i.shift * scale,
    )  # fmt: skip


def same(a: Instance, b: Instance) -> None:
    first, second = edge_graph(a), edge_graph(b)
    np.testing.assert_array_equal(first.heads, second.heads)
    np.testing.assert_allclose(first.nodes, second.nodes, atol=2e-5)
    np.testing.assert_allclose(first.edges, second.edges, atol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
@given(angle=st.floats(0, 6.3), mirrored=st.booleans(), scale=st.sampled_from([1e-3, 0.7, 1.0, 250.0]))
@settings(max_examples=10)
def test_turned_mirrored_and_scaled_problems_look_the_same(kind, angle, mirrored, scale):
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if mirrored:
        matrix = matrix[:, ::-1]
    i = instance_of(kind, 30)
    assert i.metric[0] == EUCLIDEAN
    same(i, moved(i, matrix, (3 * scale, -2 * scale), scale))


@pytest.mark.parametrize("kind", KINDS)
def test_loads_in_other_units_look_the_same(kind):
    i = instance_of(kind, 25)
    same(i, i._replace(delivery=7 * i.delivery, pickup=7 * i.pickup, capacity=7 * i.capacity))


@pytest.mark.parametrize("kind", KINDS)
def test_legs_of_a_matrix_look_like_those_of_coordinates(kind):
    i = instance_of(kind, 25)
    explicit = i._replace(metric=np.array([EXPLICIT]), x=np.zeros(i.nodes), y=np.zeros(i.nodes))
    same(i, explicit)
    none = np.zeros((1, 0, 0))
    same(i, i._replace(distance=none, duration=none))


@pytest.mark.parametrize("kind", KINDS)
def test_stops_may_come_in_any_order(kind):
    i = instance_of(kind, 25)
    order = np.concatenate([np.arange(i.depots), i.depots + np.random.default_rng(0).permutation(i.stops)])
    renamed = i._replace(
        **{name: getattr(i, name)[order] for name in ("x", "y", "delivery", "pickup", "windows", "service")},
        distance=i.distance[:, order[:, None], order],
        duration=i.duration[:, order[:, None], order],
    )
    here, there = edge_graph(i), edge_graph(renamed)
    np.testing.assert_array_equal(order[there.heads], here.heads[order[i.depots :] - i.depots])
    np.testing.assert_allclose(there.nodes, here.nodes[order], atol=1e-5)
    np.testing.assert_allclose(there.edges, here.edges[order[i.depots :] - i.depots], atol=1e-5)


@given(problems(), st.integers(1, 6))
@settings(max_examples=60)
def test_whatever_a_problem_has_features_are_finite_and_bounded(problem, nearest):
    i = problem.instance()
    graph = edge_graph(i, nearest)
    near = min(nearest, i.stops - 1)
    assert graph.heads.shape == (i.stops, i.depots + near)
    assert graph.nodes.shape == (i.nodes, NODE)
    assert graph.edges.shape == (*graph.heads.shape, EDGE)
    for rows in (graph.nodes, graph.edges):
        assert rows.dtype == np.float32
        assert np.isfinite(rows).all()
        assert np.abs(rows).max(initial=0.0) <= 4.0
    for stop, heads in enumerate(graph.heads.tolist(), start=i.depots):
        assert heads[: i.depots] == list(range(i.depots))
        assert len(set(heads)) == len(heads)
        assert stop not in heads


@pytest.mark.parametrize("kind", ["x", "tsp"])
def test_without_windows_the_nearest_stops_are_seen_nearest_first(kind):
    i = instance_of(kind, 40)
    graph = edge_graph(i, 7)
    nodes = np.arange(i.nodes)
    for stop, heads in enumerate(graph.heads[:, 1:], start=1):
        others = np.delete(nodes[1:], stop - 1)
        least = np.sort(np.hypot(i.x[others] - i.x[stop], i.y[others] - i.y[stop]))[:7]
        np.testing.assert_allclose(np.hypot(i.x[heads] - i.x[stop], i.y[heads] - i.y[stop]), least)
        mutual = [stop in graph.heads[head - 1, 1:] for head in heads]
        np.testing.assert_array_equal(graph.edges[stop - 1, 1:, RETURNED] < 1, mutual)
    np.testing.assert_allclose(graph.edges[:, 1:, RANK], np.tile(np.arange(7) / 7, (40, 1)), atol=1e-6)
    np.testing.assert_array_equal(graph.edges[:, :, DEPOT_EDGE], np.eye(1, 8).repeat(40, axis=0))


def test_angles_are_those_at_the_depot():
    i = instance_of("cvrp", 20)
    graph = edge_graph(i)
    angle = np.arctan2(i.y - i.y[0], i.x - i.x[0])
    expected = np.cos(angle[1:, None] - angle[graph.heads[:, 1:]])
    np.testing.assert_allclose(graph.edges[:, 1:, COSINE], expected, atol=1e-5)


def test_stops_that_cannot_follow_each_other_give_way_to_those_that_can():
    i = instance_of("vrptw", 60)
    early, late = i.windows[:, 0, 0], i.windows[:, -1, 1]
    cannot = early[:, None] + i.service[:, None] + i.duration[0] > late[None]
    never = cannot & cannot.T
    graph = edge_graph(i, 8)
    able = (~never[i.depots :, i.depots :]).sum(axis=1) - 1
    assert never[i.depots :].any()
    seen = never[np.arange(i.depots, i.nodes)[:, None], graph.heads[:, i.depots :]]
    assert not seen[
        able >= 24
    ].any()  # the pool has three times as many: whoever has enough partners gets them
