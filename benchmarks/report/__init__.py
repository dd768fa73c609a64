"""Render the parts as one Markdown page and one JSON file."""
