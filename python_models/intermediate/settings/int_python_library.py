# Grain: one row: the version of the Python library that the scorers call.
def model(dbt, session):
    try:
        from importlib.metadata import version

        import pyarrow as pa

        import precision_marketing  # noqa: F401 - the question is whether it is there
    except ModuleNotFoundError as missing:
        raise RuntimeError(
            f"Python module `{missing.name}` is missing where dbt runs: install the"
            " package's library there with `pip install path/to/precision_marketing`."
        ) from missing

    return pa.table({"library_version": [version("precision-marketing")]})
