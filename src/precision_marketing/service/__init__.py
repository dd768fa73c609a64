"""The published marts as a service: one user's recommendations by HTTP."""
