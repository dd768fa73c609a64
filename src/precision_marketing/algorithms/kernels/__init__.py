"""Compiled loops: largest entries of products, in parallel and in a fixed order."""
