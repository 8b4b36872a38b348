"""Plan: stops and vehicles in, routes out."""

from __future__ import annotations

from mapapp import planning

planning.page()
