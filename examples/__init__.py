"""The made-up shop and two public data sets, in the input contract."""
