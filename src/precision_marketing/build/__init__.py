"""What every step reads from a build and writes to it."""
