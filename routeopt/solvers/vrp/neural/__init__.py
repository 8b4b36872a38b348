"""Networks at solve time, without torch."""
