"""Collaborative filtering: neighbors, factors, item weights."""
