"""Every method against the obvious search: distances, paths, matrices, trees, isochrones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from naive_paths import naive_distances, split_arcs
from path_networks import listed, multigraphs

import routeopt as ro
from routeopt.data.generators.streets import street_grid
from routeopt.problems.network import Network
from routeopt.problems.paths import Path
from routeopt.problems.positions import Positions
from routeopt.solvers.paths.front import METHODS, ShortestPaths

each_method = pytest.mark.parametrize("method", METHODS)


def all_distances(network: Network) -> np.ndarray:
    arcs = listed(network)
    return np.array([naive_distances(network.size, arcs, a) for a in range(network.size)])


def check_path(path: Path, network: Network, a: int, b: int, distance: float) -> None:
    """Hold a path between nodes against what it claims."""
    assert path.cost == distance
    assert path.found == bool(path) == np.isfinite(distance)
    if not path.found:
        assert path.reason
        assert len(path.arcs) == 0
        return
    arcs = path.arcs
    assert path.nodes[0] == a
    assert path.nodes[-1] == b
    assert (network.tail[arcs] == path.nodes[:-1]).all()
    assert (network.head[arcs] == path.nodes[1:]).all()
    assert network.arcs["time"][arcs].sum() == path.duration == distance
    assert network.closed is None or not network.closed[arcs].any()


@each_method
@settings(max_examples=150)
@given(network=multigraphs())
def test_distances_and_paths_are_those_of_the_obvious_search(method, network):
    paths = ShortestPaths(network, method=method)
    expected = all_distances(network)
    a, b = np.divmod(np.arange(network.size**2), network.size)
    assert (paths.distances(a, b) == expected.ravel()).all()
    for source, target in zip(a[::3].tolist(), b[::3].tolist(), strict=True):
        assert paths.distance(source, target) == expected[source, target]
        check_path(paths.path(source, target), network, source, target, expected[source, target])


@each_method
@settings(max_examples=60)
@given(network=multigraphs(most=10))
def test_a_matrix_sums_other_columns_along_paths_that_are_shortest(method, network):
    paths = ShortestPaths(network, method=method, threads=2)
    expected = all_distances(network)
    matrix = paths.matrix(np.arange(network.size), columns=("length", "time"))
    assert (matrix.cost == expected).all()
    assert (matrix["time"] == expected).all()
    shortest = {a: lengths_of_shortest(network, expected, a) for a in range(network.size)}
    for a in range(network.size):
        for b in range(network.size):
            assert matrix["length"][a, b] == np.inf if np.isinf(expected[a, b]) else True
            if np.isfinite(expected[a, b]) and not (network.arcs["time"] == 0).any():
                assert matrix["length"][a, b] in shortest[a][b]


def lengths_of_shortest(network: Network, expected: np.ndarray, a: int) -> list[set[float]]:
    """Return the lengths of all shortest paths from a node, where no arc is free."""
    found: list[set[float]] = [set() for _ in range(network.size)]
    found[a].add(0.0)
    for b in np.argsort(expected[a], kind="stable"):
        for arc, (tail, head, weight) in enumerate(listed(network)):
            if head == b and 0 < weight < np.inf and expected[a, tail] + weight == expected[a, b]:
                found[b] |= {length + network.arcs["length"][arc] for length in found[tail]}
    return found


@each_method
@settings(max_examples=60)
@given(network=multigraphs())
def test_trees_hold_distances_and_paths(method, network):
    paths = ShortestPaths(network, method=method)
    tree = paths.tree(0)
    expected = naive_distances(network.size, listed(network), 0)
    assert tree.distance.tolist() == expected
    for node, distance in enumerate(expected):
        if np.isinf(distance):
            assert tree.arc[node] == -1
            with pytest.raises(ro.ProblemError, match="cannot be reached"):
                tree.path_to(node)
            continue
        arcs = tree.path_to(node)
        assert network.arcs["time"][arcs].sum() == distance
        assert network.head[arcs[-1:]].tolist() == ([node] if len(arcs) else [])


@settings(max_examples=60)
@given(network=multigraphs(), limit=st.integers(0, 1000))
def test_isochrones_end_where_the_limit_is_used_up(network, limit):
    found = ShortestPaths(network).isochrone(0, limit)
    expected = np.array(naive_distances(network.size, listed(network), 0))
    assert found.nodes.tolist() == np.flatnonzero(expected <= limit).tolist()
    border = dict(zip(found.arcs.tolist(), found.fraction.tolist(), strict=True))
    for arc, (tail, _, weight) in enumerate(listed(network)):
        left = limit - expected[tail]
        driven = left >= 0 and np.isfinite(weight) and (left > 0 or weight == 0)
        assert (arc in border) == driven
        if driven:
            assert border[arc] == pytest.approx(min(1.0, left / weight) if weight else 1.0)


@each_method
@settings(max_examples=150)
@given(network=multigraphs(most=7, step=4), data=st.data())
def test_positions_on_arcs_are_as_good_as_nodes_there(method, network, data):
    if not len(network.head):
        return
    point = st.tuples(st.integers(0, len(network.head) - 1), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
    starts = data.draw(st.lists(point, min_size=1, max_size=4))
    goals = data.draw(st.lists(point, min_size=1, max_size=4))
    arcs, twin = listed(network), network.twin.tolist()
    # a point at the very end of an arc is on that arc alone, and not at the node
    size, larger, nodes = split_arcs(network.size, arcs, twin, starts + goals)
    expected = np.array([naive_distances(size, larger, node) for node in nodes[: len(starts)]])
    expected = expected[:, nodes[len(starts) :]]
    paths = ShortestPaths(network, method=method)
    sources, targets = positions(network, starts), positions(network, goals)
    matrix = paths.matrix(sources, targets, columns=("time",))
    assert (matrix.cost == expected).all()
    assert (matrix["time"] == expected).all()
    for i in range(len(starts)):
        for j in range(len(goals)):
            a, b = positions(network, starts[i : i + 1]), positions(network, goals[j : j + 1])
            assert paths.distance(a, b) == expected[i, j]
            path = paths.path(a, b)
            assert path.cost == expected[i, j]
            if path.found:
                assert path.duration == expected[i, j]
                assert (path.shares >= 0).all()
                assert (network.head[path.arcs[:-1]] == network.tail[path.arcs[1:]]).all()


def positions(network: Network, points: list[tuple[int, float]]) -> Positions:
    arc = np.array([arc for arc, _ in points], np.int32)
    fraction = np.array([share for _, share in points])
    k = len(points)
    return Positions(arc, network.twin[arc], fraction, np.zeros((k, 2)), np.zeros(k), ("",) * k)


@each_method
def test_streets_are_the_same_for_every_method(method):
    network = street_grid(900, seed=3)
    paths, plain = ShortestPaths(network, method=method), ShortestPaths(network, method="dijkstra")
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, network.size, (2, 300))
    assert (paths.distances(a, b) == plain.distances(a, b)).all()
    path = paths.path(int(a[0]), int(b[0]))
    assert path.cost == pytest.approx(path.duration, abs=1e-6 * len(path.arcs))
    assert path.line.shape == (len(path.arcs) + 1, 2)
    assert (path.line == network.places[path.nodes]).all()
    assert sum(step.length for step in path.steps) == pytest.approx(path.length)
    assert [step.name for step in path.steps] != [""]


def test_a_hierarchy_settles_few_nodes():
    network = street_grid(10_000, seed=1)
    a, b = np.random.default_rng(1).integers(0, network.size, (2, 100))
    settled = {}
    for method in METHODS:
        paths = ShortestPaths(network, method=method)
        paths.distances(a, b)
        settled[method] = paths.settled / len(a)
    assert settled["hierarchy"] < 100 < settled["bidirectional"] < settled["dijkstra"]


@each_method
@settings(max_examples=60)
@given(network=multigraphs(), seed=st.integers(0, 99))
def test_other_weights_are_as_good_as_a_new_start(method, network, seed):
    weights = np.random.default_rng(seed).choice([0.0, 1.0, 5.0, 70.0, np.inf], len(network.head))
    changed = ShortestPaths(network, method=method).reweighted("length").reweighted(weights)
    a, b = np.divmod(np.arange(network.size**2), network.size)
    assert (changed.distances(a, b) == ShortestPaths(network, weights, "dijkstra").distances(a, b)).all()
    for source, target in zip(a[::5].tolist(), b[::5].tolist(), strict=True):
        path = changed.path(source, target)
        assert path.cost == changed.distance(source, target)
        if path.found:
            assert weights[path.arcs].sum() == path.cost


LINE = Network.from_arcs(
    [0, 1, 2, 1],
    [1, 2, 1, 0],
    size=4,
    arcs={"time": [1.5, 2.0, 2.0, 1.5], "length": [10.0, 20.0, 20.0, 10.0]},
    places=np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 20.0], [50.0, 50.0]]),
)


def test_a_path_that_is_not_there_says_why():
    paths = ShortestPaths(LINE)
    path = paths.path(0, 3)
    assert not path.found
    assert path.cost == path.length == np.inf
    assert "no arcs join" in path.reason
    assert path.line.shape == (0, 2)
    assert "closed" in ShortestPaths(LINE.close([1])).path(0, 2).reason
    one_way = Network.from_arcs([0, 1], [1, 2], arcs={"time": [1.0, 1.0]})
    assert "one-way" in ShortestPaths(one_way).path(2, 0).reason
    lost = Positions(
        np.array([-1], np.int32),
        np.array([-1], np.int32),
        np.zeros(1),
        np.array([[9.0, 9.0]]),
        np.zeros(1),
        ("is 5 km from the nearest street",),
    )
    assert paths.path(lost, 0).reason == "the start (9, 9) is 5 km from the nearest street"
    assert paths.distance(0, lost) == np.inf
    assert paths.matrix(lost, [0, 1]).cost.tolist() == [[np.inf, np.inf]]


def test_a_path_on_parts_of_arcs_is_drawn_from_point_to_point():
    paths = ShortestPaths(LINE)
    start, goal = positions(LINE, [(0, 0.5)]), positions(LINE, [(1, 0.25)])
    path = paths.path(start, goal)
    assert path.line.tolist() == [[5.0, 0.0], [10.0, 0.0], [10.0, 5.0]]
    assert path.length == 10.0
    assert path.cost == path.duration == 1.25
    assert path.nodes.tolist() == [1]
    back = paths.path(positions(LINE, [(0, 0.75)]), positions(LINE, [(0, 0.25)]))
    assert back.line.tolist() == [[7.5, 0.0], [2.5, 0.0]]
    assert paths.path(2, 2).line.tolist() == [[10.0, 20.0]]
    assert paths.path(2, 2).cost == 0.0


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("price", "metric 'price' is no column of the arcs; there are: time, length"),
        ([1.0, -2.0, 1.0, -1.0], "weight -2.0 of arc 1 (and of 1 more) is negative; routeopt.bellman_ford"),
        ([1.0, np.nan, 1.0, 1.0], "weight nan of arc 1 is not a number"),
        ([1.0], "shape (1,), but there are 4 arcs"),
    ],
)
def test_bad_weights_are_refused(metric, message):
    with pytest.raises(ro.ProblemError) as caught:
        ShortestPaths(LINE, metric=metric)
    assert message in str(caught.value)


def test_bad_questions_are_refused():
    paths = ro.ShortestPaths(LINE)
    for ask, message in [
        (lambda: paths.path(0, 4), "4 (number 0, and 0 more) is no node; nodes are 0 to 3"),
        (lambda: paths.distances([0, 1], [1]), "2 sources, but 1 targets"),
        (lambda: paths.matrix([0], [1], columns=["price"]), "'price' is no column"),
        (lambda: paths.distances([0.5], [1]), "give numbers of nodes"),
        (lambda: ShortestPaths(LINE, method="magic"), "method 'magic' is not known"),
        (lambda: paths.isochrone(0, float("nan")), "limit: nan"),
    ]:
        with pytest.raises(ro.ProblemError) as caught:
            ask()
        assert message in str(caught.value)


def test_weights_of_any_scale_are_exact():
    for scale in (1e-9, 1.0, 1e12):
        paths = ShortestPaths(LINE, metric=np.array([1.5, 2.25, 2.0, 1.5]) * scale)
        assert paths.distance(0, 2) == pytest.approx(3.75 * scale, rel=1e-9)
    assert ShortestPaths(LINE, metric=[3, 5, 2, 1]).resolution == 1.0
    closed = ShortestPaths(LINE, metric=[1.0, np.inf, 1.0, 1.0])
    assert closed.distance(0, 2) == np.inf


def test_isochrones_of_several_limits_contain_each_other():
    small, large = ShortestPaths(street_grid(900, seed=3)).isochrone(0, [60.0, 120.0])
    assert 1 < len(small.nodes) < len(large.nodes)
    assert set(small.nodes) < set(large.nodes)
