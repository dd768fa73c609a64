# Grain: one row per CSV file of the input folder.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    files = dbt.ref("precision_marketing", "stg_input_files").filter(
        "file_format like 'csv%'"
    )
    # Without a CSV file the library is not needed.
    if not files.limit(1).fetchall():
        return files.project(
            "input_name, file_name, file_path, encoding, contract_columns,"
            " keeps_other_columns, contract_columns as column_names,"
            " 0::bigint as record_count, 0::bigint as file_size,"
            " 0::bigint as modified_seconds, encoding as fault"
        )
    try:
        from precision_marketing.inputs.csv_files import describe_files
    except ModuleNotFoundError as missing:
        raise RuntimeError(
            f"CSV files are read by the Python library, and the module"
            f" `{missing.name}` is missing where dbt runs: run `pip install"
            " dbt_packages/precision_marketing` there (`pip install .` in a checkout"
            " of the package), or give the inputs as Parquet files or tables."
        ) from missing

    return describe_files(files)
