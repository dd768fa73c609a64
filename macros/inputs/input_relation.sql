{# Where one input comes from, as something that can stand after FROM; '' when an
   optional input is absent. Folder of files, host's tables, or the example shop:
   decided here and nowhere else. #}
{% macro input_relation(input_name) %}
    {% set relations = precision_marketing.setting("inputs") %}
    {% set folder = precision_marketing.input_folder() %}
    {% set found = namespace(relation="") %}
    {% if relations %}
        {% set found.relation = precision_marketing.declared_relation(
            input_name, relations.get(input_name, "")) %}
    {% elif folder %}
        {% set found.relation = precision_marketing.file_relation(input_name) %}
        {% set fix = precision_marketing.put_file(input_name) %}
    {% elif target.get("profile_name", "") == "precision_marketing" %}
        {% set found.relation = ref("precision_marketing", "example_" ~ input_name) %}
    {% else %}
        {% set fix = "set the var `input_dir` to a folder of Parquet or CSV files, or the"
            ~ " var `inputs` to your models or tables" %}
    {% endif %}
    {% if not found.relation and input_contract()[input_name]["is_required"] and execute %}
        {% do precision_marketing.missing_input(input_name, fix) %}
    {% endif %}
    {{ return(found.relation) }}
{% endmacro %}


{% macro missing_input(input_name, fix) %}
    {{ exceptions.raise_compiler_error(
        "The required input `" ~ input_name ~ "` was not found: " ~ fix ~ "."
    ) }}
{% endmacro %}


{% macro put_file(input_name) %}
    {{ return("put " ~ input_name ~ ".parquet or " ~ input_name ~ ".csv into the folder `"
        ~ precision_marketing.input_folder() ~ "`, or correct the var `input_dir`") }}
{% endmacro %}


{# The folder of input files: the var wins over the environment variable. #}
{% macro input_folder() %}
    {% set folder = precision_marketing.setting("input_dir")
        or env_var("PRECISION_MARKETING_INPUT_DIR", "") %}
    {{ return(folder.rstrip("/")) }}
{% endmacro %}


{# Whether inputs are files of a folder. #}
{% macro reads_files() %}
    {{ return(not precision_marketing.setting("inputs")
        and precision_marketing.input_folder() != "") }}
{% endmacro %}


{# The files of an input, in a fixed order. #}
{% macro input_files(input_name) %}
    {{ return(run_query(
        "select * from (" ~ precision_marketing.folder_listing(
            precision_marketing.input_folder())
        ~ ") as listing where input_name = '" ~ input_name ~ "' order by file_name"
    ) | list) }}
{% endmacro %}


{# The files of an input as something that can stand after FROM: Parquet as it is, CSV
   out of the model `csv_records`; '' where there is none. #}
{% macro file_relation(input_name) %}
    {% set records = ref("precision_marketing", "csv_records") %}
    {% set described = ref("precision_marketing", "csv_files") %}
    {% if not execute %}{{ return("") }}{% endif %}
    {% set files = precision_marketing.input_files(input_name) %}
    {% if not files %}
        {{ return("") }}
    {% elif files[0].file_format == "parquet" %}
        {{ return(precision_marketing.parquet_relation(
            files, precision_marketing.input_contract()[input_name].get("is_sum"))) }}
    {% endif %}
    {% do precision_marketing.validate_csv_is_read(described, files) %}
    {% set present = precision_marketing.csv_columns(input_name, described) %}
    {% set contract = precision_marketing.input_contract()[input_name] %}
    {% set names = contract["columns"] | map("first") | select("in", present) | list %}
    {# As `csv_records` keeps them. #}
    {% if contract.get("is_sum") %}
        {% set names = names + present | reject("in", names) | list %}
    {% endif %}
    {% set columns = [] %}
    {% for name in names %}
        {% do columns.append("cell_" ~ loop.index ~ " as " ~ adapter.quote(name)) %}
    {% endfor %}
    {% if contract.get("is_sum") and "_input_file" not in names %}
        {% do columns.append("file_name as _input_file") %}
    {% endif %}
    {{ return("(select " ~ columns | join(", ") ~ " from " ~ records ~ " where"
        ~ " input_name = '" ~ input_name ~ "' and broken_reason is null) as records"
        if names else "") }}
{% endmacro %}


{# Columns that the CSV files of an input have, other than the contract's too. #}
{% macro csv_columns(input_name, described) %}
    {% set rows = run_query(
        "select distinct unnest(column_names) as name from " ~ described
        ~ " where input_name = '" ~ input_name ~ "' order by name"
    ) %}
    {{ return(rows.columns[0].values() | list) }}
{% endmacro %}


{# Staging reads what `csv_records` has read: of the files as they are, or not at all. #}
{% macro validate_csv_is_read(described, files) %}
    {% set is_read = load_relation(described) and run_query(
        "select count(*) from (select filename, size, epoch(last_modified)::bigint as"
        ~ " modified from read_blob(" ~ precision_marketing.path_list(files) ~ ")) as found"
        ~ " left join " ~ described ~ " as described on filename = file_path and size ="
        ~ " file_size and modified = modified_seconds where file_path is null"
    ).columns[0].values()[0] == 0 %}
    {% if not is_read %}
        {{ exceptions.raise_compiler_error(
            "`" ~ files[0].file_name ~ "` or another CSV file of the input folder is new"
            ~ " or has changed since it was read: with --select, select `csv_records` and"
            ~ " what comes before it too, as `+csv_records` or `+your_model`."
        ) }}
    {% endif %}
{% endmacro %}


{# The rows of an input as a scalar: of files counted beside the reader that reads them,
   in the footers of Parquet and by the line breaks of CSV (csv_files). #}
{% macro counted_rows(input_name) %}
    {% set relation = precision_marketing.input_relation(input_name) %}
    {% set files = precision_marketing.input_files(input_name)
        if execute and precision_marketing.reads_files() else [] %}
    {% if not relation or flags.EMPTY %}
        {{ return("cast(0 as bigint)") }}
    {% elif not files %}
        {{ return("(select count(*) from " ~ relation ~ ")") }}
    {% elif files[0].file_format == "parquet" %}
        {{ return("(select cast(sum(num_rows) as bigint) from parquet_file_metadata("
            ~ precision_marketing.path_list(files) ~ "))") }}
    {% endif %}
    {{ return(precision_marketing.counted_records(input_name)) }}
{% endmacro %}


{# Where every record of a file keeps to RFC 4180 its line breaks tell their number;
   otherwise only the reader knows it. #}
{% macro counted_records(input_name) %}
    (
        select
            cast(coalesce(sum(
                case
                    when coalesce(read_files.is_strict, true) then csv_files.record_count
                    else read_files.records
                end
            ), 0) as bigint)
        from {{ ref("precision_marketing", "csv_files") }} as csv_files
        left join (
            select
                file_name,
                count(*) as records,
                bool_and(is_strict) as is_strict
            from {{ ref("precision_marketing", "csv_records") }}
            group by file_name
        ) as read_files on csv_files.file_name = read_files.file_name
        where csv_files.input_name = '{{ input_name }}'
    )
{%- endmacro %}
