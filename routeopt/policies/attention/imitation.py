"""Labels as plans to imitate: batches of problems with the sequence of nodes that a good solution visits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from tensordict import TensorDict
from torch.utils.data import Dataset

from routeopt.data.labels import Label
from routeopt.envs import plans
from routeopt.envs.tensors import stack, tensors
from routeopt.errors import ProblemError, UnsupportedError
from routeopt.policies.attention.turned import WAYS, turned_each
from routeopt.problems.features import DIRECTED, features_of
from routeopt.problems.instance import Instance, Integers, Routes


class Imitation:
    """Labels in batches, in another order each epoch.

    Labels with attributes that the environment does not have are left out. A batch holds problems with equally many
    depots and of similar size.

    Parameters
    ----------
    labels : sequence of Label
        Problems and plans.
    size : int
        Problems in a batch.
    seed : int
        Of the order, of problems and of the routes in a plan.

    Raises
    ------
    ProblemError
        None of the labels can be learned from.
    """

    def __init__(self, labels: Sequence[Label], size: int, seed: int) -> None:
        self.labels = [label for label in labels if _fits(label.instance)]
        self.size, self.seed = size, seed
        if not self.labels:
            raise ProblemError("imitation: no label has attributes that can be learned; make others")

    def epoch(self, number: int) -> Dataset[TensorDict]:
        """Return the batches of an epoch."""
        rng = np.random.default_rng([self.seed, number])
        drawn = rng.random(len(self.labels))
        # Neighbours in size, roughly: padding is work for nothing.
        order = sorted(
            range(len(self.labels)),
            key=lambda k: (
                self.labels[k].instance.depots,
                int(self.labels[k].instance.nodes * (0.9 + 0.2 * drawn[k])),
            ),
        )
        groups: list[list[Label]] = []
        for k in order:
            label = self.labels[k]
            if (
                not groups
                or len(groups[-1]) == self.size
                or groups[-1][0].instance.depots != label.instance.depots
            ):
                groups.append([])
            groups[-1].append(label)
        shuffled = [groups[k] for k in rng.permutation(len(groups))]
        return _Labelled(shuffled, [self.seed, number])


class _Labelled(Dataset[TensorDict]):
    def __init__(self, groups: list[list[Label]], seed: list[int]) -> None:
        self.groups, self.seed = groups, seed

    def __len__(self) -> int:
        return len(self.groups)

    def __getitem__(self, number: int) -> TensorDict:
        if not 0 <= number < len(self.groups):
            raise IndexError(number)
        rng = np.random.default_rng([*self.seed, number])
        return batch(self.groups[number], rng)


def batch(labels: Sequence[Label], rng: np.random.Generator) -> TensorDict:
    """Return problems with ``plans`` ``(B, L)``, whose routes come in any order, and ``decided`` ``(B, 1)``.

    The latter is the number of nodes of each plan without padding, behind which nothing is left to decide. Problems are
    turned and mirrored by chance.
    """
    td = tensors(stack([label.instance for label in labels]))
    td = turned_each(td, torch.from_numpy(rng.integers(WAYS, size=len(labels))))
    sequences = [plans.actions(label.instance, _mixed(label, rng)) for label in labels]
    td["plans"] = plans.padded(sequences, labels[0].instance.depots)
    td["decided"] = torch.tensor([[float(len(sequence))] for sequence in sequences])
    return td


def _fits(instance: Instance) -> bool:
    try:
        stack([instance])
    except UnsupportedError:
        return False
    return True


def _mixed(label: Label, rng: np.random.Generator) -> Routes:
    """Return the routes in any order; where direction does not matter, each in either of them."""
    routes, kinds = label.routes.lists(), label.routes.vehicle
    turned = not features_of(label.instance) & DIRECTED
    order: Integers = rng.permutation(len(routes))
    flipped = rng.random(len(routes)) < 0.5
    return Routes.from_lists(
        [routes[k][::-1] if turned and flipped[k] else routes[k] for k in order],
        [int(kinds[k]) for k in order],
    )
