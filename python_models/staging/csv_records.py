# Grain: one row per record of a CSV file of the input folder.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    files = dbt.ref("precision_marketing", "csv_files")
    # Without a CSV file the library is not needed, and no cell is read.
    if not files.limit(1).fetchall():
        return files.project(
            "input_name, file_name, 0::bigint as line_number, fault as broken_reason,"
            " true as is_strict"
        )
    from precision_marketing.inputs.csv_records import read_files

    return read_files(files)
