"""A made-up shop with a known truth, of any size.

`python -m examples.example_data --help` writes it to files; docs:
`docs/example_data.md`.
"""
