"""Paths that flows may take, shared by all flows between the same nodes."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.network import Indices
from routeopt.solvers.flows.candidates import Graph, shortest_candidates
from routeopt.solvers.flows.relaxation import Relaxation, path_shares

_HOP = 1e-3  # price of a hop in mean prices, so that of equally dear paths the shorter is the better


class Pool(NamedTuple):
    """P paths of Q pairs of nodes; those of pair q are ``of_pair[q]`` to ``of_pair[q + 1] - 1``, the cheapest first."""

    pair: Integers  # (F,) of each flow
    of_pair: Integers  # (Q + 1,)
    first: Integers  # (P + 1,) the arcs of path p are arcs[first[p]:first[p + 1]]
    arcs: Indices
    cost: Floats  # (P,) of a unit of bandwidth
    delay: Floats  # (P,)

    def paths(self, chosen: Integers) -> FlowPaths:
        """Return the paths of flows from their numbers (F,); -1: rejected."""
        first = self.first.tolist()
        return FlowPaths.from_lists(
            [] if p < 0 else self.arcs[first[p] : first[p + 1]].tolist() for p in chosen.tolist()
        )


class Survey(NamedTuple):
    """What solvers find out about an instance before they begin."""

    relaxation: Relaxation | None  # None where there was no time for it
    pool: Pool
    places: list[dict[tuple[int, ...], int]]  # of each pair, the number of each of its paths
    price: Floats  # (m,) what the pool is ordered by

    def numbers(self, instance: FlowInstance, paths: FlowPaths) -> tuple[Survey, Integers]:
        """Return the number of each flow's path (F,), -1 where it has none, in a survey that has all of them."""
        pairs = self.pool.pair.tolist()
        lists = [tuple(path) for path in paths.lists()]
        lacking = {
            (q, path) for q, path in zip(pairs, lists, strict=True) if path and path not in self.places[q]
        }
        survey = self
        if lacking:
            found = [dict.fromkeys(places) for places in self.places]
            for q, path in lacking:
                found[q][path] = None
            pool, places = packed(self.pool.pair, found, self.price, instance.delay)
            survey = self._replace(pool=pool, places=places)
        chosen = [survey.places[q][path] if path else -1 for q, path in zip(pairs, lists, strict=True)]
        return survey, np.array(chosen, np.int64)


def survey(instance: FlowInstance, relaxation: Relaxation | None, k: int) -> Survey:
    """Return a pool of paths: the k shortest of each pair by hops and by prices, and those of the relaxation.

    Parameters
    ----------
    instance : FlowInstance
        With flows.
    relaxation : Relaxation or None
        Its prices are what paths cost; without it, every hop costs the same.
    k : int
        Shortest paths of each pair.
    """
    graph = Graph(instance.first_out, instance.tail, instance.head)
    ends = instance.source.astype(np.int64) * instance.nodes + instance.target
    pairs, pair = np.unique(ends, return_inverse=True)
    source, target = np.divmod(pairs, instance.nodes)
    hops = np.where(instance.capacity[instance.link] > 0, 1.0, np.inf)
    price = hops
    sets = [shortest_candidates(graph, source, target, k, hops)]
    found: list[dict[tuple[int, ...], None]] = [{} for _ in pairs]
    if relaxation is not None:
        dual = relaxation.arc_price(instance)
        price = dual + _HOP * (float(dual.mean()) or 1.0) * hops
        sets.append(shortest_candidates(graph, source, target, k, price))
        number = {int(end): q for q, end in enumerate(pairs)}
        shares, paths = path_shares(instance, relaxation)
        for (s, t), path in zip(shares.tolist(), paths, strict=True):
            found[number[s * instance.nodes + t]][tuple(path)] = None
    for candidates in sets:
        of_path = np.repeat(np.arange(len(pairs)), np.diff(candidates.of_pair)).tolist()
        arcs = candidates.arcs.tolist()
        for q, (begin, end) in zip(of_path, pairwise(candidates.first.tolist()), strict=True):
            found[q][tuple(arcs[begin:end])] = None
    return Survey(relaxation, *packed(pair, found, price, instance.delay), price)


def packed(
    pair: Integers, found: list[dict[tuple[int, ...], None]], price: Floats, delay: Floats
) -> tuple[Pool, list[dict[tuple[int, ...], int]]]:
    """Return the paths of the pairs as arrays, the cheapest of each first, and where each of them stands."""
    prices = price.tolist()
    ordered = [
        [path for _, path in sorted([(sum([prices[a] for a in path]), path) for path in paths])]
        for paths in found
    ]
    of_pair = np.concatenate([[0], np.cumsum([len(paths) for paths in ordered])]).astype(np.int64)
    rows = [np.array(path, np.int32) for paths in ordered for path in paths]
    first = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    arcs = np.concatenate([*rows, np.empty(0, np.int32)])
    number = np.repeat(np.arange(len(rows)), np.diff(first))
    cost, delays = (
        np.bincount(number, values[arcs], minlength=len(rows)).astype(np.float64) for values in (price, delay)
    )
    places = [{path: int(of_pair[q]) + k for k, path in enumerate(paths)} for q, paths in enumerate(ordered)]
    return Pool(pair.astype(np.int64), of_pair, first, arcs, cost, delays), places
