"""Networks of switches and flows that ask to be admitted, made by chance from one seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.flows import Flow, FlowAdmission
from routeopt.problems.instance import Floats
from routeopt.problems.network import Network

Links = NDArray[np.int64]  # (E, 2) undirected

_REACH = 0.2 * np.sqrt(2)  # of Waxman's links, in the unit square
_DEGREE = 4  # links of a node, on average
_TIERS, _SHARES = np.array([1.0, 2.0, 4.0]), (0.5, 0.3, 0.2)
_BANDWIDTH, _PRIORITY = 100, 10  # the greatest


def generate_flows(
    topology: str = "waxman", nodes: int = 20, flows: int = 100, *, load: float = 0.9, seed: int = 0
) -> FlowAdmission:
    """Return a problem made by chance.

    Bandwidths are 1 to 100, priorities 1 to 10, pairs of nodes uniform. Links carry as much in both directions, in
    three tiers of 1 : 2 : 4 (half of them, three and two tenths), no less than the widest flow.

    Parameters
    ----------
    topology : str
        "waxman": a random tree and more links, near nodes preferred (Waxman 1988), four links a node on average;
        "barabasi_albert"; "erdos_renyi", connected; "gabriel"; "leaf_spine", a quarter of the nodes spines, flows
        between leaves; "fat_tree", of the k with most switches up to `nodes`, flows between the edge switches.
    nodes : int
        Switches, 4 or more.
    flows : int
        Flows.
    load : float
        What the flows would take on paths of fewest hops, as a share of all capacity: 0.6 is light, 1.3 congested.
    seed : int
        Everything follows from it.

    Raises
    ------
    ProblemError
        A parameter is not what it may be.
    """
    errors = []
    if topology not in TOPOLOGIES:
        errors.append(f"topology '{topology}' is not known; use one of {', '.join(TOPOLOGIES)}")
    if nodes < 4:
        errors.append(f"nodes must be 4 or more, not {nodes}")
    if flows < 0:
        errors.append(f"flows must be 0 or more, not {flows}")
    if not load > 0:
        errors.append(f"load must be above 0, not {load}")
    if errors:
        raise ProblemError(errors)
    rng = np.random.default_rng([seed, nodes, flows])
    links, places, ends = TOPOLOGIES[topology](rng, nodes)
    size = len(places)
    source, target = _pairs(rng, ends, flows)
    bandwidth = rng.integers(1, _BANDWIDTH + 1, flows)
    priority = rng.integers(1, _PRIORITY + 1, flows)
    tier = rng.choice(_TIERS, len(links), p=_SHARES)
    volume = float((bandwidth * _hops(links, size)[source, target]).sum())
    unit = volume / (load * 2 * tier.sum())
    capacity = np.maximum(np.rint(unit * tier), _BANDWIDTH).astype(np.int64)
    network = Network.from_arcs(
        np.concatenate([links[:, 0], links[:, 1]]),
        np.concatenate([links[:, 1], links[:, 0]]),
        size=size,
        arcs={"capacity": np.concatenate([capacity, capacity])},
        places=places,
        source=f"{topology}, {size} nodes",
    )
    rows = zip(source.tolist(), target.tolist(), bandwidth.tolist(), priority.tolist(), strict=True)
    return FlowAdmission(network, [Flow(*row) for row in rows])


def _pairs(rng: np.random.Generator, ends: NDArray[np.int64], flows: int) -> tuple[Links, Links]:
    source = rng.integers(len(ends), size=flows)
    target = (source + rng.integers(1, len(ends), size=flows)) % len(ends)
    return ends[source], ends[target]


def _hops(links: Links, size: int) -> Floats:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    graph = csr_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(size, size))
    return np.asarray(shortest_path(graph, directed=False, unweighted=True))


Topology = tuple[Links, Floats, NDArray[np.int64]]  # links, places, nodes that flows come from


def _waxman(rng: np.random.Generator, nodes: int) -> Topology:
    places = rng.random((nodes, 2))
    near = np.exp(-_distances(places) / _REACH)
    chosen: set[tuple[int, int]] = set()
    order = rng.permutation(nodes)
    for k in range(1, nodes):
        weight = near[order[k], order[:k]]
        _link(chosen, order[k], rng.choice(order[:k], p=weight / weight.sum()))
    first, second = np.triu_indices(nodes, 1)
    weight = near[first, second].copy()
    for u, v in chosen:
        weight[(first == u) & (second == v)] = 0
    more = min(nodes * _DEGREE // 2 - len(chosen), int((weight > 0).sum()))
    if more > 0:
        for k in rng.choice(len(first), more, replace=False, p=weight / weight.sum()):
            _link(chosen, first[k], second[k])
    return _made(chosen, places)


def _barabasi_albert(rng: np.random.Generator, nodes: int) -> Topology:
    chosen: set[tuple[int, int]] = {(0, 1), (0, 2), (1, 2)}
    ends = [node for link in sorted(chosen) for node in link]  # each node as often as it has links
    for node in range(3, nodes):
        heads: set[int] = set()
        while len(heads) < _DEGREE // 2:
            heads.add(int(rng.choice(ends)))
        for head in sorted(heads):
            _link(chosen, node, head)
            ends += [node, head]
    return _made(chosen, rng.random((nodes, 2)))


def _erdos_renyi(rng: np.random.Generator, nodes: int) -> Topology:
    first, second = np.triu_indices(nodes, 1)
    while True:
        kept = rng.random(len(first)) < _DEGREE / (nodes - 1)
        links = np.column_stack([first[kept], second[kept]])
        if np.isfinite(_hops(links, nodes)).all():
            return links, rng.random((nodes, 2)), np.arange(nodes)


def _gabriel(rng: np.random.Generator, nodes: int) -> Topology:
    """Two nodes are linked where no other is in the circle whose diameter they are (Gabriel and Sokal 1969)."""
    places = rng.random((nodes, 2))
    square = _distances(places) ** 2
    closer = np.asarray((square[:, None, :] + square[None, :, :] < square[:, :, None] - 1e-15).any(axis=2))
    first, second = np.triu_indices(nodes, 1)
    kept = ~closer[first, second]
    return np.column_stack([first[kept], second[kept]]), places, np.arange(nodes)


def _leaf_spine(rng: np.random.Generator, nodes: int) -> Topology:  # noqa: ARG001 - nothing is left to chance
    spines = max(nodes // 4, 1)
    leaves = nodes - spines
    links = np.array([(spine, spines + leaf) for spine in range(spines) for leaf in range(leaves)])
    places = np.concatenate([_row(spines, 1.0), _row(leaves, 0.0)])
    return links, places, np.arange(spines, nodes)


def _fat_tree(rng: np.random.Generator, nodes: int) -> Topology:  # noqa: ARG001 - nothing is left to chance
    """Switches of the fat tree of k pods: (k/2)² in the core, k/2 in each pod's upper and lower row (Al-Fares 2008)."""
    half = max(k for k in range(1, nodes) if k == 1 or 5 * k * k <= nodes)
    pods, core = 2 * half, half * half
    upper, lower = core, core + pods * half
    links = [
        (upper + pod * half + k, lower + pod * half + j)
        for pod in range(pods)
        for k in range(half)
        for j in range(half)
    ]
    links += [
        (k * half + j, upper + pod * half + k)
        for pod in range(pods)
        for k in range(half)
        for j in range(half)
    ]
    places = np.concatenate([_row(core, 1.0), _row(pods * half, 0.5), _row(pods * half, 0.0)])
    return np.array(links), places, np.arange(lower, lower + pods * half)


TOPOLOGIES: dict[str, Callable[[np.random.Generator, int], Topology]] = {
    "waxman": _waxman,
    "barabasi_albert": _barabasi_albert,
    "erdos_renyi": _erdos_renyi,
    "gabriel": _gabriel,
    "leaf_spine": _leaf_spine,
    "fat_tree": _fat_tree,
}


def _row(count: int, height: float) -> Floats:
    return np.column_stack([(np.arange(count) + 0.5) / count, np.full(count, height)])


def _distances(places: Floats) -> Floats:
    found: Floats = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    return found


def _link(chosen: set[tuple[int, int]], one: int, other: int) -> None:
    chosen.add((min(int(one), int(other)), max(int(one), int(other))))


def _made(chosen: set[tuple[int, int]], places: Floats) -> Topology:
    return np.array(sorted(chosen)), places, np.arange(len(places))
