"""Benchmarks: the runs of ``routeopt bench`` as tables and curves."""

from __future__ import annotations

from mapapp import benchmarks

benchmarks.page()
