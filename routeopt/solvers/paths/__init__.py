"""Shortest paths in networks: kernels and what calls them."""
