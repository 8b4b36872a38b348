"""Flows: which flows a network admits, on which paths, and what becomes of them when a link fails."""

from __future__ import annotations

from mapapp import flows

flows.page()
