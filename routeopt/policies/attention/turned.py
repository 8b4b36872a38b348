"""Problems turned and mirrored in eight ways, which have the same plans at the same cost."""

from __future__ import annotations

import torch
from tensordict import TensorDict
from torch import Tensor

WAYS = 8


def turned(td: TensorDict) -> TensorDict:
    """Return eight times as many problems ``(8·B,)``, those as they are first; only what is seen of places changes."""
    many = TensorDict(
        {name: value.repeat(WAYS, *(1,) * (value.dim() - 1)) for name, value in td.items()},
        batch_size=[WAYS * len(td)],
        device=td.device,
    )
    many["locs"] = _sides(td["locs"]).flatten(0, 1)
    return many


def turned_each(td: TensorDict, way: Tensor) -> TensorDict:
    """Return the problems ``(B,)``, each as it is seen in one of the eight ways, `way` ``(B,)``."""
    return td.clone(recurse=False).set("locs", _sides(td["locs"])[way, torch.arange(len(td))])


def _sides(locs: Tensor) -> Tensor:
    """Return places ``(8, B, N, 2)`` in all ways; the symmetries of the square, as in Kwon et al. (2020), "POMO"."""
    x, y = locs.unbind(-1)
    ways = ((x, y), (1 - x, y), (x, 1 - y), (1 - x, 1 - y), (y, x), (1 - y, x), (y, 1 - x), (1 - y, 1 - x))
    return torch.stack([torch.stack(way, -1) for way in ways])
