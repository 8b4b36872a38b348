"""Solvers of vehicle routing problems: constructors, improvers, and the kernels they share."""
