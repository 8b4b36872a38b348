"""First actions of several plans of one problem."""

from __future__ import annotations

import torch
from torch import Tensor


def in_turn(allowed: Tensor, number: Tensor) -> Tensor:
    """Return the allowed one of this number, counted round and round, along the last axis."""
    order = (~allowed).to(torch.uint8).argsort(dim=-1, stable=True)
    return order.gather(-1, number % allowed.sum(-1, keepdim=True).clamp(min=1))
