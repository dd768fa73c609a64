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
        {% set found.relation = precision_marketing.file_relation(folder, input_name) %}
        {% set fix = "put " ~ input_name ~ ".parquet or " ~ input_name
            ~ ".csv into the folder `" ~ folder ~ "`, or correct the var `input_dir`" %}
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


{# The folder of input files: the var wins over the environment variable. #}
{% macro input_folder() %}
    {% set folder = precision_marketing.setting("input_dir")
        or env_var("PRECISION_MARKETING_INPUT_DIR", "") %}
    {{ return(folder.rstrip("/")) }}
{% endmacro %}


{# `folder/name.parquet`, `folder/name.csv` or the Parquet files in `folder/name/`. #}
{% macro file_relation(folder, input_name) %}
    {% if not execute %}{{ return("") }}{% endif %}
    {% for pattern in [".parquet", ".csv", "/*.parquet"] %}
        {% set path = folder ~ "/" ~ input_name ~ pattern %}
        {% if precision_marketing.file_count(path) > 0 %}
            {{ return(precision_marketing.read_file(path)) }}
        {% endif %}
    {% endfor %}
    {{ return("") }}
{% endmacro %}
