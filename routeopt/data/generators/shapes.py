"""How many to draw: ``n`` stops of one problem, or ``(batch, n)`` of many."""

from __future__ import annotations

Size = int | tuple[int, ...]


def shape(size: Size) -> tuple[int, ...]:
    """Return a size as a shape."""
    return (size,) if isinstance(size, int) else size
