"""The published file, and what a run prints."""
