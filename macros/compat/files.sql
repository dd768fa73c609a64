{# How many files a path or pattern names. Files are read on DuckDB only; on other
   engines inputs are tables. #}
{% macro file_count(path) %}
    {{ return(adapter.dispatch("file_count", "precision_marketing")(path)) }}
{% endmacro %}

{% macro default__file_count(path) %}
    {% set rows = run_query("select count(*) from glob('" ~ path | replace("'", "''") ~ "')") %}
    {{ return(rows.columns[0].values()[0] | int) }}
{% endmacro %}

{% macro spark__file_count(path) %}
    {{ exceptions.raise_compiler_error(
        "The var `input_dir` works on DuckDB only: on Spark set `inputs`."
    ) }}
{% endmacro %}


{# A Parquet file by its own types, a CSV file as text: typing is staging's work. #}
{% macro read_file(path) %}
    {% set quoted = "'" ~ path | replace("'", "''") ~ "'" %}
    {{ return("read_csv(" ~ quoted ~ ", header = true, all_varchar = true)"
        if path.endswith(".csv") else "read_parquet(" ~ quoted ~ ")") }}
{% endmacro %}


{# Column names of anything that can stand after FROM, in lower case. #}
{% macro query_columns(relation) %}
    {% set rows = run_query("select * from " ~ relation ~ " limit 0") %}
    {{ return(rows.column_names | map("lower") | list) }}
{% endmacro %}
