"""What the measurement of campaigns asks of Python: exact tests, power, removal."""
