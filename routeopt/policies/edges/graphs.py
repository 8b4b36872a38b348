"""Labels as graphs of torch-geometric, and batches of them: graphs beside each other, so that sizes mix."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import Dataset
from torch_geometric.data import Data

from routeopt.data.labels import Label
from routeopt.policies.edges.targets import edge_targets, neighbours_in_plan
from routeopt.solvers.vrp.neural.edge_features import EdgeGraph, edge_graph


def as_data(graph: EdgeGraph) -> Data:
    """Return a graph for torch: E edges, from each stop to its candidates, in the order of their tails.

    ``x (N, NODE)``, ``edge_index (2, E)`` of tail and head, ``edge_attr (E, EDGE)``, and ``to_depot (E,)``.
    """
    stops, candidates = graph.heads.shape
    tails = torch.arange(graph.depots, graph.depots + stops).repeat_interleave(candidates)
    heads = torch.from_numpy(graph.heads).reshape(-1).long()
    return Data(
        x=torch.from_numpy(graph.nodes),
        edge_index=torch.stack([tails, heads]),
        edge_attr=torch.from_numpy(graph.edges).flatten(0, 1),
        to_depot=heads < graph.depots,
    )


class LabelledGraphs(Dataset[Any]):
    """Graphs of labels with what to predict: ``targets (E, 2)`` of coming behind a stop, and before it.

    ``pairs`` is how many neighbours the stops have in the plan, depots left out.
    Features are computed when a graph is asked for: they take a tenth of the time that learning from it does, and
    hundreds of times the memory of the label.
    """

    def __init__(self, labels: list[Label]) -> None:
        self.labels = labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> Data:
        label = self.labels[index]
        graph = edge_graph(label.instance)
        data = as_data(graph)
        targets = edge_targets(label.instance, label.routes, graph.heads)
        data.targets = torch.stack([torch.from_numpy(target).reshape(-1) for target in targets], dim=1)
        neighbours = neighbours_in_plan(label.instance, label.routes)
        data.pairs = sum(int((nodes >= graph.depots).sum()) for nodes in neighbours)
        return data
