"""Trained policies at solve time: from exported arrays, with NumPy and Numba alone."""
