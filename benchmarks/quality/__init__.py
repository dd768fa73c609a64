"""How good the package's rankings are, and whether its own judgment is right."""
