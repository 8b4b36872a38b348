"""Shortest paths: what is built and asked, how long it takes, and peers where they are installed.

    python benchmarks/paths.py [luxembourg] [porto] [streets] [--peers]

Needs the folder ``paths`` of ROUTEOPT_DATA for all but `streets`, a network made by chance. Everything is compiled
before it is measured. Figures are seconds of the wall clock; give one idle core by ``taskset -c 0``, and two for the
matrices, which use a thread a core.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from routeopt.data.generators.streets import street_grid
from routeopt.problems.network import Network
from routeopt.solvers.paths.front import ShortestPaths

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parents[2] / "shared" / "data")) / "paths"
UNREACHABLE = 2147483647


def luxembourg() -> Network:
    arcs = {"length": _luxembourg("geo_distance"), "time": _luxembourg("travel_time")}
    return Network(_luxembourg("first_out"), _luxembourg("head").astype(np.int32), arcs, source="Luxembourg")


def _luxembourg(name: str) -> np.ndarray:
    folder = DATA / "routingkit-luxembourg"
    return np.fromfile(folder / f"luxembourg_{name}", np.uint32).astype(np.int64)


def porto() -> Network:
    return Network.from_osm(DATA / "r5" / "porto_portugal.osm.pbf", simplify=False)


def streets() -> Network:
    return street_grid(1_130_000, seed=1)


NETWORKS: dict[str, Callable[[], Network]] = {"luxembourg": luxembourg, "porto": porto, "streets": streets}


def timed(run: Callable[[], Any], repeats: int = 1) -> float:
    """Return the seconds of the fastest of some runs."""
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def line(what: str, value: float, unit: str) -> None:
    print(f"| {what} | {value:,.4g} {unit} |", flush=True)


def warm_up() -> None:
    """Compile all that is measured."""
    network = street_grid(2_000, seed=1)
    nodes = np.arange(9)
    for method in ("hierarchy", "dijkstra", "bidirectional", "landmarks"):
        paths = ShortestPaths(network, method=method)
        paths.distances(nodes, nodes[::-1])
        paths.path(0, 7)
        paths.matrix(nodes)
        paths.matrix(nodes, columns=("length", "time"))
        paths.tree(0)
    paths.reweighted("time")
    ShortestPaths(network).reweighted("time").distances(nodes, nodes)


def ours(network: Network) -> None:
    m, rng = len(network.head), np.random.default_rng(1)
    sources, targets = rng.integers(0, network.size, (2, 100_000))
    pairs = list(zip(sources[:2000].tolist(), targets[:2000].tolist(), strict=True))
    start = time.perf_counter()
    paths = ShortestPaths(network, method="hierarchy")
    line("hierarchy", time.perf_counter() - start, "s")
    size = sum(column.nbytes for column in paths.engine.hierarchy[:-1])
    line("memory of the hierarchy", size / m, "bytes an arc")
    line("distance, 100,000 in one call", timed(lambda: paths.distances(sources, targets)) * 10, "µs")
    line("distance, a call each", timed(lambda: [paths.distance(a, b) for a, b in pairs], 3) * 500, "µs")
    line("path, a call each", timed(lambda: [paths.path(a, b) for a, b in pairs], 3) * 500, "µs")
    some, others = sources[:1000], targets[:1000]
    line("1000 × 1000", timed(lambda: paths.matrix(some, others), 3), "s")
    both = ("length", "time")
    line("1000 × 1000, with length and time", timed(lambda: paths.matrix(some, others, both), 3), "s")
    line("one to all", timed(lambda: paths.tree(int(some[0])), 5) * 1e3, "ms")
    if network.size < 500_000:  # by least degree, a grid of a million nodes takes minutes to order
        other_weights(paths, sources[:10_000], targets[:10_000])
    for method in ("landmarks", "bidirectional", "dijkstra"):
        plain = ShortestPaths(network, method=method)
        seconds = timed(lambda plain=plain: plain.distances(sources[:50], targets[:50]))
        line(f"distance by {method}", seconds / 50 * 1e3, "ms")
    line("one to all by dijkstra", timed(lambda: plain.tree(int(some[0])), 5) * 1e3, "ms")


def other_weights(paths: ShortestPaths, sources: np.ndarray, targets: np.ndarray) -> None:
    start = time.perf_counter()
    changed = paths.reweighted("time")
    line("order for other weights, once", time.perf_counter() - start, "s")
    line("other weights", timed(lambda: changed.reweighted("time"), 5) * 1e3, "ms")
    seconds = timed(lambda: changed.distances(sources, targets))
    line("distance after other weights", seconds / len(sources) * 1e6, "µs")


def reference(network: Network) -> None:
    """Compare with RoutingKit's distances, all 100,000 of both metrics."""
    for metric, name in (("time", "travel_time"), ("length", "geo_distance")):
        paths = ShortestPaths(network, metric=metric)
        expected = _luxembourg(f"query_reference_{name}_length")
        sources, targets = _luxembourg("source_node"), _luxembourg("target_node")
        start = time.perf_counter()
        found = paths.distances(sources, targets)
        seconds = time.perf_counter() - start
        right = int((found == np.where(expected == UNREACHABLE, np.inf, expected)).sum())
        line(f"reference {name}, {right:,} of {len(expected):,} exact", seconds, "s")


def peers(network: Network) -> None:
    """The same by what is installed: one to all, or what a peer is made for."""
    if find_spec("routingkit_cch") and network.places is not None:  # its order by degree alone takes minutes
        routingkit(network, network.places)
    weights = np.maximum(np.asarray(network.arcs["time"], float), 1e-9)
    if find_spec("scipy"):
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        graph = csr_array((weights, network.head, network.first_out), shape=(network.size,) * 2)
        line("one to all, scipy", timed(lambda: dijkstra(graph, indices=0), 5) * 1e3, "ms")
    edges = list(zip(network.tail.tolist(), network.head.tolist(), strict=True))
    if find_spec("igraph"):
        import igraph

        made = igraph.Graph(n=network.size, edges=edges, directed=True)
        found = timed(lambda: made.distances(0, weights=weights.tolist()), 2)
        line("one to all, igraph", found * 1e3, "ms")
    if find_spec("rustworkx"):
        import rustworkx

        digraph = rustworkx.PyDiGraph()
        digraph.add_nodes_from(range(network.size))
        digraph.add_edges_from([(a, b, w) for (a, b), w in zip(edges, weights.tolist(), strict=True)])
        found = timed(lambda: rustworkx.dijkstra_shortest_path_lengths(digraph, 0, float), 2)
        line("one to all, rustworkx", found * 1e3, "ms")
    if find_spec("networkx"):
        import networkx

        graph = networkx.MultiDiGraph()
        graph.add_weighted_edges_from([(a, b, w) for (a, b), w in zip(edges, weights.tolist(), strict=True)])
        found = timed(lambda: networkx.single_source_dijkstra_path_length(graph, 0))
        line("one to all, networkx", found * 1e3, "ms")


def routingkit(network: Network, places: np.ndarray) -> None:
    """RoutingKit's customisable hierarchies (C++), by routingkit-cch."""
    import routingkit_cch as peer

    rng = np.random.default_rng(1)
    weights = np.round(np.asarray(network.arcs["time"], float) * 1000).astype(int)
    lon, lat = places.T.tolist()
    start = time.perf_counter()
    tail, head = network.tail.tolist(), network.head.tolist()
    order = peer.compute_order_inertial(network.size, tail, head, lat, lon)
    hierarchy = peer.CCH(order, tail, head, False)
    line("routingkit-cch: order, once", time.perf_counter() - start, "s")
    start = time.perf_counter()
    metric = peer.CCHMetric(hierarchy, weights.tolist())
    line("routingkit-cch: other weights", (time.perf_counter() - start) * 1e3, "ms")
    pairs, query = rng.integers(0, network.size, (2000, 2)).tolist(), peer.CCHQuery(metric)
    seconds = timed(lambda: [query.run(a, b).distance for a, b in pairs], 3)
    line("routingkit-cch: distance, a call each", seconds / len(pairs) * 1e6, "µs")
    seconds = timed(lambda: [query.run(a, b).arc_path for a, b in pairs], 3)
    line("routingkit-cch: path, a call each", seconds / len(pairs) * 1e6, "µs")
    some, others = rng.integers(0, network.size, (2, 1000)).tolist()
    targets = peer.CCHOneToMany(metric, others)
    line("routingkit-cch: 1000 × 1000", timed(lambda: [targets.distances_from(a) for a in some]), "s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", choices=[*NETWORKS, []], default=list(NETWORKS))
    parser.add_argument(
        "--peers",
        action="store_true",
        help="measure scipy, igraph, rustworkx, networkx and routingkit-cch too",
    )
    options = parser.parse_args()
    warm_up()
    for name in options.networks:
        network = NETWORKS[name]()
        print(f"\n| {name}: {network.size:,} nodes, {len(network.head):,} arcs | |\n| --- | ---: |")
        ours(network)
        if name == "luxembourg":
            reference(network)
        if options.peers:
            peers(network)


if __name__ == "__main__":
    main()
