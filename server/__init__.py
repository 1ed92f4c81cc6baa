"""Turns the parts into a running service: the only composition root."""
