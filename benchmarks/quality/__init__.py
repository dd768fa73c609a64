"""How good the package's rankings are, and whether its own judgment of them is right."""
