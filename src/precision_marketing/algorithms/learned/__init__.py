"""Learned rankings: regression, network, their gradients and explanations."""
