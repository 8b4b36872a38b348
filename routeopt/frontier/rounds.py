"""Rounds of relaxation over a batch of sources, until no label falls.

States are numbered source by source: node v as reached from the b-th source is state b n + v. Labels are left-to-right
sums of weights, and a minimum does not depend on the order in which arcs are relaxed, so that the answer is that of
Dijkstra to the last bit, whatever the assignment.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from routeopt.frontier.assignments import CELLS, Assignment
from routeopt.frontier.tensors import Rows

FAR = 2**62  # the label, in whole numbers, of what is not reached: any weight can be added to it


class Counters(NamedTuple):
    """What a search did."""

    rounds: int
    relaxations: int  # arcs, once for each source
    imbalance: float  # arcs of the longest lane over those of the mean one, all launches together


def beginning(rows: Rows, source: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return labels (B, n): 0 at the source, and far away elsewhere."""
    far = torch.inf if weight.dtype.is_floating_point else FAR
    label = torch.full((len(source), rows.size), far, dtype=weight.dtype, device=weight.device)
    label[torch.arange(len(source), device=source.device), source] = 0
    return label


def relax_all(rows: Rows, label: torch.Tensor, weight: torch.Tensor) -> Counters:
    """Lower labels (B, n) by relaxing all arcs in every round (EP)."""
    rounds, relaxations, m = 0, 0, len(rows.head)
    batch = max(1, CELLS // max(1, m))
    for some in label.split(batch):  # a view: labels change in place
        head, mine, changed = rows.head.expand(len(some), m), 0, m > 0
        while changed:
            through = some[:, rows.tail] + weight
            lower = some.scatter_reduce(1, head, through, "amin")
            changed = not torch.equal(lower, some)
            some.copy_(lower)
            mine += 1
            relaxations += through.numel()
        rounds = max(rounds, mine)
    return Counters(rounds, relaxations, 1.0)


def relax_frontiers(
    rows: Rows,
    label: torch.Tensor,
    weight: torch.Tensor,
    source: torch.Tensor,
    assignment: Assignment,
    delta: float | None,
) -> Counters:
    """Lower labels (B, n) by relaxing the arcs out of states that fell in the round before.

    With `delta`, states with labels above a limit wait. When none is left below, the limit rises to `delta` above
    the least that waits (Davidson, Baxter, Garland & Owens, "Work-efficient parallel GPU methods for single-source
    shortest paths", IPDPS 2014).
    """
    flat, n = label.view(-1), rows.size
    stamp = torch.empty(len(flat), dtype=torch.int64, device=flat.device)
    active = torch.arange(len(source), device=source.device) * n + source
    waiting, limit = active[:0], delta
    rounds, relaxations, cells = 0, 0, 0
    while len(active):
        rounds += 1
        fallen, node = [], active % n
        for launch in assignment(rows, node):
            state = active[launch.row]
            through = flat[state] + weight[launch.arc]
            target = state - node[launch.row] + rows.head[launch.arc]
            better = through < flat[target]
            target = target[better]
            flat.scatter_reduce_(0, target, through[better], "amin")
            fallen.append(target)
            relaxations += len(launch.arc)
            cells += launch.cells
        active = _once(torch.cat(fallen) if fallen else active[:0], stamp)
        if delta is not None and limit is not None:
            near = flat[active] < limit
            waiting, active = torch.cat([waiting, active[~near]]), active[near]
            if not len(active) and len(waiting):
                waiting = _once(waiting[flat[waiting] >= limit], stamp)
                if len(waiting):
                    limit = float(flat[waiting].min()) + delta
                    near = flat[waiting] < limit
                    active, waiting = waiting[near], waiting[~near]
    return Counters(rounds, relaxations, cells / relaxations if relaxations else 1.0)


def _once(states: torch.Tensor, stamp: torch.Tensor) -> torch.Tensor:
    """Return each state once: the last to write its place into `stamp`, whichever that is, stays."""
    place = torch.arange(len(states), device=states.device)
    stamp[states] = place
    return states[stamp[states] == place]
