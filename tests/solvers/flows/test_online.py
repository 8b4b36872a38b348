"""Online routing: the simulator is the naive one, and looking ahead pays."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import routeopt as ro
from routeopt.solvers.flows.online import NEVER


def ring(nodes=6, chords=((0, 3), (1, 4))):
    links = [(k, (k + 1) % nodes) for k in range(nodes)] + list(chords)
    tail, head = np.array(links + [(v, u) for u, v in links]).T
    return ro.Network.from_arcs(tail, head, arcs={"capacity": np.full(len(tail), 200)})


def requests(count, nodes=6, seed=0):
    rng = np.random.default_rng(seed)
    pairs = np.array([rng.permutation(nodes)[:2] for _ in range(count)])
    return np.column_stack([pairs, rng.choice([8, 32, 64], count)])


def naive(online, asked, policy, until, stops):
    """Route with dictionaries and paths of NetworkX."""
    graph = nx.Graph(zip(online.network.tail.tolist(), online.network.head.tolist(), strict=True))
    left = {frozenset(edge): 200 for edge in graph.edges}
    taken, chosen = {}, []
    for r, (s, t, bandwidth) in enumerate(asked.tolist()):
        for before, (path, amount) in taken.items():
            if until[before] == r:
                for link in path:
                    left[link] += amount
        paths = sorted(nx.all_simple_paths(graph, s, t), key=lambda path: (len(path), path))[
            : online.candidates
        ]
        options = []
        for k, path in enumerate(paths):
            links = [frozenset(ends) for ends in nx.utils.pairwise(path)]
            if all(left[link] >= bandwidth for link in links):
                score = {
                    "shortest": k,
                    "widest": -min(left[link] for link in links),
                    "least_loaded": sum(1 / (left[link] + 1) for link in links),
                }[policy]
                options.append((score, k, links))
        if not options:
            chosen.append(-1)
            if stops:
                break
            continue
        _, k, links = min(options, key=lambda option: option[:2])
        chosen.append(k)
        taken[r] = links, bandwidth
        for link in links:
            left[link] -= bandwidth
    return chosen + [-1] * (len(asked) - len(chosen))


@pytest.mark.parametrize("policy", ["shortest", "widest", "least_loaded"])
@pytest.mark.parametrize("departures", [False, True])
def test_the_simulator_is_the_naive_one(policy, departures):
    online, rng = ro.OnlineRouting(ring()), np.random.default_rng(3)
    for seed in range(8):
        asked = requests(80, seed=seed)
        until = np.arange(80) + rng.integers(1, 30, 80) if departures else np.full(80, NEVER)
        found = online.route(asked, policy, until=until, stop_when_blocked=not departures)
        assert found.chosen.tolist() == naive(online, asked, policy, until, not departures)
        assert found.allocated == asked[found.chosen >= 0, 2].sum()


def test_looking_ahead_admits_more_and_nobody_beats_the_fluid_bound():
    online = ro.OnlineRouting(ring(14, [(0, 5), (2, 9), (4, 11), (7, 13), (1, 8)]))
    totals = {"least_loaded": 0, "look_ahead": 0, "bound": 0}
    for seed in range(12):
        asked = requests(100, nodes=14, seed=100 + seed)
        bound = online.fluid_bound(asked)
        for policy in ("least_loaded", "look_ahead", "random"):
            found = online.route(asked, policy, seed=seed, rollouts=300)
            assert found.allocated <= bound
            if policy in totals:
                totals[policy] += found.allocated
        totals["bound"] += bound
    assert totals["least_loaded"] < totals["look_ahead"] < totals["bound"]


def test_a_seed_gives_one_episode():
    online, asked = ro.OnlineRouting(ring()), requests(60)
    first, second = (online.route(asked, "look_ahead", rollouts=20, seed=5) for _ in range(2))
    assert first.chosen.tolist() == second.chosen.tolist()


def test_what_cannot_be_is_named():
    one_way = ro.Network.from_arcs([0], [1], arcs={"capacity": np.array([5])})
    with pytest.raises(ro.ProblemError, match="some arc has none the other way"):
        ro.OnlineRouting(one_way)
    with pytest.raises(ro.ProblemError) as caught:
        ro.OnlineRouting(ring()).route([(0, 9, 8), (1, 1, 8), (0, 1, 0)], "luck")
    assert len(caught.value.messages) == 4
