"""Solvers: callables that yield ever better answers. Nothing here imports torch."""
