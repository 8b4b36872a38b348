"""Shortest paths in networks: kernels, and the fronts that call them."""
