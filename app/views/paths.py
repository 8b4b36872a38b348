"""Paths: the quickest way between two crossings, by every method."""

from __future__ import annotations

from mapapp import ways

ways.page()
