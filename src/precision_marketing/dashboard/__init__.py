"""The dashboard: one HTML file of a published file, which needs no server."""
