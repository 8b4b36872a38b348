"""The front of the frontier engine."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from routeopt.errors import ProblemError
from routeopt.frontier.assignments import ASSIGNMENTS
from routeopt.frontier.rounds import FAR, Counters, beginning, relax_all, relax_frontiers
from routeopt.frontier.tensors import on_device
from routeopt.problems.network import Network
from routeopt.solvers.paths.open_arcs import UNREACHED, open_arcs, source_nodes


class Frontier:
    """Distances from many nodes of a network at once, with torch.

    Parameters
    ----------
    network : Network
        Closed arcs are not used.
    metric : str or (m,) array
        The name of a column of the arcs, or weights, 0 or more. Whole numbers are summed exactly, in int64; all else
        is float64.
    device : str or torch.device, optional
        By default a GPU where there is one.
    assignment : "auto", "EP", "BS", "WD", "NS" or "HP"
        How work is dealt out, see :mod:`routeopt.frontier.assignments`; the answers are the same.
        "auto" is WD.
    delta : float, optional
        Width of the band of labels that is worked on at a time, in units of the metric. Fewer relaxations, more
        rounds; by default there are no bands.

    Attributes
    ----------
    counters : Counters
        What the last search did.

    Raises
    ------
    ProblemError
        No such column or assignment; weights that do not fit the arcs, are negative or not numbers.
    """

    counters = Counters(0, 0, 1.0)

    def __init__(
        self,
        network: Network,
        metric: str | ArrayLike = "time",
        device: str | torch.device | None = None,
        assignment: str = "auto",
        delta: float | None = None,
    ) -> None:
        if assignment not in ("auto", *ASSIGNMENTS):
            raise ProblemError(f"assignment: one of auto, {', '.join(ASSIGNMENTS)}, not {assignment!r}")
        if delta is not None and not delta > 0:
            raise ProblemError(f"delta must be above 0, not {delta}")
        arcs = open_arcs(network, metric)
        negative = np.flatnonzero(arcs.weight < 0)
        if len(negative):
            arc = int(arcs.number[negative[0]])
            raise ProblemError(
                f"weights must be 0 or more, but {len(negative)} are not (arc {arc}: {arcs.weight[negative[0]]}); "
                "routeopt.bellman_ford takes negative ones"
            )
        if device is None:
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self.network, self.assignment, self.delta = (
            network,
            "WD" if assignment == "auto" else assignment,
            delta,
        )
        self._rows = on_device(arcs, torch.device(device))

    def distances(self, sources: ArrayLike) -> torch.Tensor:
        """Return the distance from each source to each node, (B, n) int64 or float64.

        A node without a path has distance ``UNREACHED``, the largest int64, or inf.
        """
        return self._search(sources, self._rows.weight, self.delta)

    def hops(self, sources: ArrayLike) -> torch.Tensor:
        """Return the least number of arcs from each source to each node, (B, n) int64; -1: no path."""
        least = self._search(sources, torch.ones_like(self._rows.head), None)
        return least.masked_fill_(least == UNREACHED, -1)

    def _search(self, sources: ArrayLike, weight: torch.Tensor, delta: float | None) -> torch.Tensor:
        source = torch.tensor(source_nodes(self.network, sources), device=weight.device)
        label = beginning(self._rows, source, weight)
        assignment = ASSIGNMENTS[self.assignment]
        if assignment is None:
            self.counters = relax_all(self._rows, label, weight)
        else:
            self.counters = relax_frontiers(self._rows, label, weight, source, assignment, delta)
        return label if label.dtype.is_floating_point else label.masked_fill_(label == FAR, UNREACHED)
