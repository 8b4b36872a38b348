"""Work assignments: how the arcs out of active nodes are dealt to lanes that run side by side.

A lane is what one thread would do. All lanes of a launch last as long as the longest, so that a launch costs its
lanes times the arcs of the longest: its cells. Cells per arc is the load imbalance, the longest lane over the mean.
Each assignment yields launches; what a launch lowers, the next one sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch

from routeopt.frontier.tensors import Rows

CELLS = 1 << 22  # of a launch, at most, unless one node has more arcs
_FEW = 256  # lanes left over, so few that cutting them further does not pay


class Launch(NamedTuple):
    """Arcs that are relaxed side by side."""

    row: torch.Tensor  # (a,) places in the list of active nodes
    arc: torch.Tensor  # (a,)
    cells: int


Assignment = Callable[[Rows, torch.Tensor], Iterator[Launch]]


def by_node(rows: Rows, node: torch.Tensor) -> Iterator[Launch]:
    """Yield one lane a node (BS): the node with the most arcs holds up all others."""
    degree = rows.degree[node]
    yield from _padded(rows.first[node], degree, _all(node), int(degree.max()))


def by_workload(rows: Rows, node: torch.Tensor) -> Iterator[Launch]:
    """Yield one lane an arc (WD): prefix sums of degrees tell each lane its node."""
    yield from _spread(rows.first[node], rows.degree[node], _all(node))


def by_part(rows: Rows, node: torch.Tensor) -> Iterator[Launch]:
    """Yield one lane a part of a node (NS): nodes are split beforehand into parts with few arcs."""
    parts = rows.first_part[node + 1] - rows.first_part[node]
    row = torch.repeat_interleave(_all(node), parts)
    before = torch.repeat_interleave(parts.cumsum(0) - parts, parts)
    offset = (_all(row) - before) * rows.cut
    degree = (rows.degree[node][row] - offset).clamp(max=rows.cut)
    yield from _padded(rows.first[node][row] + offset, degree, row, rows.cut)


def by_hierarchy(rows: Rows, node: torch.Tensor) -> Iterator[Launch]:
    """Yield one lane a node, a few arcs at a time (HP): those with more go on in a next launch, the last by arcs."""
    first, degree, row = rows.first[node], rows.degree[node], _all(node)
    while len(row) > _FEW:
        yield from _padded(first, degree.clamp(max=rows.cut), row, rows.cut)
        left = degree > rows.cut
        first, degree, row = first[left] + rows.cut, degree[left] - rows.cut, row[left]
    yield from _spread(first, degree, row)


ASSIGNMENTS: dict[str, Assignment | None] = {
    "EP": None,  # all arcs in every round, whoever is active: no lists at all
    "BS": by_node,
    "WD": by_workload,
    "NS": by_part,
    "HP": by_hierarchy,
}


def _all(values: torch.Tensor) -> torch.Tensor:
    return torch.arange(len(values), device=values.device)


def _padded(first: torch.Tensor, degree: torch.Tensor, row: torch.Tensor, width: int) -> Iterator[Launch]:
    """Yield lanes as rows of tables `width` wide, of which the arcs that exist are taken."""
    if width == 0:
        return
    lanes = max(1, CELLS // width)
    column = torch.arange(width, device=row.device)
    for begin in range(0, len(row), lanes):
        span = slice(begin, begin + lanes)
        exists = column < degree[span, None]
        arc = (first[span, None] + column)[exists]
        yield Launch(row[span, None].expand_as(exists)[exists], arc, exists.numel())


def _spread(first: torch.Tensor, degree: torch.Tensor, row: torch.Tensor) -> Iterator[Launch]:
    """Yield one lane an arc."""
    end = degree.cumsum(0)
    begin, done = 0, 0
    while begin < len(row):
        after = int(torch.searchsorted(end, done + CELLS, right=True)) if len(row) > 1 else 1
        span = slice(begin, max(after, begin + 1))
        total = int(end[span][-1]) - done
        lane = torch.repeat_interleave(_all(row[span]), degree[span], output_size=total)
        arc = first[span][lane] + torch.arange(total, device=row.device) - (end - degree)[span][lane] + done
        yield Launch(row[span][lane], arc, total)
        begin, done = span.stop, done + total
