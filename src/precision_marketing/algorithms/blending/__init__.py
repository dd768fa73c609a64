"""One list of many, and how its items relate to a history."""
