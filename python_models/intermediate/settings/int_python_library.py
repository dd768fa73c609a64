# Grain: one row: the version of the Python library that the Python models call.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from importlib.metadata import PackageNotFoundError, version

    install = (
        "run `pip install dbt_packages/precision_marketing` there (`pip install .` in"
        " a checkout of the package)."
    )
    try:
        import pyarrow as pa

        import precision_marketing  # noqa: F401 - the question is whether it is there

        library_version = version("precision-marketing")
    except (ModuleNotFoundError, PackageNotFoundError) as missing:
        raise RuntimeError(
            f"Python module `{missing.name}` is missing where dbt runs: {install}"
        ) from missing
    # Not `meta_get`, which dbt reads from Python models only from 1.11.6 on.
    package_version = dbt.config.get("meta")["package_version"]
    if library_version != package_version:
        raise RuntimeError(
            f"The Python library precision-marketing is {library_version} where dbt"
            f" runs and the dbt package is {package_version}: {install}"
        )

    return pa.table({"library_version": [library_version]})
