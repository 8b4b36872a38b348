"""Problems turned and mirrored in eight ways, which have the same plans at the same cost."""

from __future__ import annotations

import torch
from tensordict import TensorDict


def turned(td: TensorDict) -> TensorDict:
    """Return eight times as many problems ``(8·B,)``, those as they are first; only what is seen of places changes.

    The symmetries of the square, in the order of Kwon et al. (2020), "POMO".
    """
    many = TensorDict(
        {name: value.repeat(8, *(1,) * (value.dim() - 1)) for name, value in td.items()},
        batch_size=[8 * len(td)],
        device=td.device,
    )
    x, y = td["locs"].unbind(-1)
    ways = ((x, y), (1 - x, y), (x, 1 - y), (1 - x, 1 - y), (y, x), (1 - y, x), (y, 1 - x), (1 - y, 1 - x))
    many["locs"] = torch.cat([torch.stack(way, -1) for way in ways])
    return many
