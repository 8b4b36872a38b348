"""Paths through networks: exact searches, compiled; :class:`~routeopt.solvers.paths.front.ShortestPaths` is their front."""
