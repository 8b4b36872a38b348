"""Flow admission the slow and obvious way: all simple paths, all choices, plain dictionaries."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

import routeopt as ro


def simple_paths(problem, flow):
    """Return the arcs of every simple path that a flow may take on its own."""
    network, asked = problem.network, problem.flows[flow]
    source, target = problem.node(asked.source), problem.node(asked.target)
    found = []

    def go_on(node, arcs, seen):
        if node == target:
            found.append(arcs)
            return
        for arc in range(int(network.first_out[node]), int(network.first_out[node + 1])):
            after = int(network.head[arc])
            if after not in seen:
                go_on(after, [*arcs, arc], seen | {after})

    go_on(source, [], {source})
    return [path for path in found if _keeps(network, asked, path)]


def _keeps(network, asked, path):
    delays = network.arcs.get("delay", np.zeros(len(network.head)))
    short = asked.max_hops is None or len(path) <= asked.max_hops
    return short and sum(float(delays[arc]) for arc in path) <= asked.max_delay


def is_feasible(problem, paths):
    """Tell whether paths, lists of arcs by flow, break nothing."""
    network, links, tables, through = problem.network, {}, {}, {}
    for flow, path in enumerate(paths):
        if not path:
            continue
        asked = problem.flows[flow]
        nodes = [int(network.tail[path[0]]), *(int(network.head[arc]) for arc in path)]
        if nodes[0] != problem.node(asked.source) or nodes[-1] != problem.node(asked.target):
            return False
        if any(network.head[a] != network.tail[b] for a, b in pairwise(path)) or len(set(nodes)) < len(nodes):
            return False
        if not _keeps(network, asked, path):
            return False
        for arc in path:
            ends = int(network.tail[arc]), int(network.head[arc])
            key = (min(ends), max(ends)) if problem.duplex else arc
            links.setdefault(key, []).append((arc, asked.bandwidth))
            tables[ends[1]] = tables.get(ends[1], 0) + 1
            through[ends[1]] = through.get(ends[1], 0) + asked.bandwidth
    closed = network.closed
    for key, uses in links.items():
        arcs = _between(network, key) if problem.duplex else [key]
        room = 0 if closed is not None and closed[arcs[0]] else int(network.arcs["capacity"][arcs[0]])
        if sum(bandwidth for _, bandwidth in uses) > room:
            return False
    limits = network.nodes
    return all(count <= limits["table"][node] for node, count in tables.items() if "table" in limits) and all(
        volume <= limits["throughput"][node] for node, volume in through.items() if "throughput" in limits
    )


def _between(network, key):
    return [
        arc
        for arc in range(len(network.head))
        if (min(network.tail[arc], network.head[arc]), max(network.tail[arc], network.head[arc])) == key
    ]


def best_worth(problem):
    """Return what the best admission is worth, by trying every choice of paths."""
    choices = [[[], *simple_paths(problem, flow)] for flow in range(len(problem.flows))]
    weights = problem.weights()

    def best(flow, paths):
        if flow == len(choices):
            return 0
        found = 0
        for path in choices[flow]:
            if is_feasible(problem, [*paths, path]):
                gained = weights[flow] if path else 0
                found = max(found, gained + best(flow + 1, [*paths, path]))
        return found

    return best(0, [])


@st.composite
def admissions(draw, max_flows=5, max_nodes=5):
    """Small problems, with or without delays, limits of switches, shared capacities and closed links."""
    n = draw(st.integers(2, max_nodes))
    pairs = [(u, v) for u in range(n) for v in range(u + 1, n)]
    links = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1))
    capacity = draw(st.lists(st.integers(0, 9), min_size=2 * len(links), max_size=2 * len(links)))
    tails = [u for u, _ in links] + [v for _, v in links]
    heads = [v for _, v in links] + [u for u, _ in links]
    arcs = {"capacity": np.array(capacity)}
    if draw(st.booleans()):
        arcs["delay"] = (
            np.array(draw(st.lists(st.integers(0, 4), min_size=len(tails), max_size=len(tails)))) / 2
        )
    nodes = {}
    if draw(st.booleans()):
        nodes["table"] = np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    if draw(st.booleans()):
        nodes["throughput"] = np.array(draw(st.lists(st.integers(0, 15), min_size=n, max_size=n)))
    network = ro.Network.from_arcs(tails, heads, size=n, arcs=arcs, nodes=nodes)
    flows = draw(
        st.lists(
            st.builds(
                lambda ends, bandwidth, priority, hops, delay: ro.Flow(
                    *ends, bandwidth, priority, max_hops=hops, max_delay=delay
                ),
                st.permutations(range(n)).map(lambda order: order[:2]),
                st.integers(1, 6),
                st.integers(1, 4),
                st.none() | st.integers(1, 3),
                st.just(np.inf) | st.integers(0, 6).map(lambda half: half / 2),
            ),
            max_size=max_flows,
        )
    )
    objective = draw(st.sampled_from(["priority", "priority_bandwidth", "lexicographic"]))
    return ro.FlowAdmission(network, flows, objective, duplex=draw(st.booleans()))
