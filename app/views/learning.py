"""Learning: curves of training runs, the weights that come with routeopt, and what a policy does step by step."""

from __future__ import annotations

from mapapp import learning

learning.page()
