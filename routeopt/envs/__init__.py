"""Environments for learning: batches of problems as tensors, stepped by the rules that judge every solution."""
