"""Similarity of what is written and known of items."""
