"""What people state, what an answer is, and the protocols. Knows no solver."""
