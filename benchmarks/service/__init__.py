"""The service under load beside datasette, and the store of a million users."""
