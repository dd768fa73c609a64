"""The campaign marts against the truth of many generated shops, and at size."""
