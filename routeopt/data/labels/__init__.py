"""Labels: problems with a good plan each, in shards that training reads and a run of the engine makes.

``shards.py`` is the format, ``mixture.py`` says what problems there are, ``making.py`` solves them.
"""

from __future__ import annotations

from routeopt.data.labels.making import Budget, make_shard, pending
from routeopt.data.labels.mixture import Mixture
from routeopt.data.labels.shards import Label, Labels, write_shard

__all__ = ["Budget", "Label", "Labels", "Mixture", "make_shard", "pending", "write_shard"]
