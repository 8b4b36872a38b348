"""A policy that builds a plan node by node, by attention (after RouteFinder, Berto et al. 2025), and its training."""
