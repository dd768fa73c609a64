"""Statistics of experiments and of paths."""
