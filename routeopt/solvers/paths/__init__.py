"""Paths through networks: exact searches, compiled, behind one front: `front.ShortestPaths`."""
