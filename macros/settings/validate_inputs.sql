{# Inputs are looked for before anything is built, so that what they lack is one error
   and not one for each model that reads them. Columns of tables are not: the run itself
   may make the tables, and staging checks them when it reads them. #}
{% macro validate_inputs() %}
    {% set contract = precision_marketing.input_contract() %}
    {% set inputs = precision_marketing.setting("inputs") %}
    {% set is_example = target.get("profile_name", "") == "precision_marketing"
        and not precision_marketing.input_folder() and not inputs %}
    {% for input_name in contract if not is_example %}
        {% if inputs %}
            {% do precision_marketing.validate_declared_relation(
                input_name, inputs.get(input_name)) %}
        {% else %}
            {% do precision_marketing.present_columns(
                input_name, precision_marketing.input_relation(input_name)) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# DuckDB cannot tell `marts.recommendations` in the file marts.duckdb from the table
   `recommendations` of a schema in another file. #}
{% macro validate_database_name() %}
    {% set schemas = graph.nodes.values() | map(attribute="schema") | list %}
    {% if target.type == "duckdb" and target.database in schemas %}
        {{ exceptions.raise_compiler_error(
            "The database file is named `" ~ target.database ~ "`, like a schema in it,"
            ~ " and DuckDB cannot tell the two apart: give it another name, such as"
            ~ " PRECISION_MARKETING_DATABASE=precision_marketing.duckdb."
        ) }}
    {% endif %}
{% endmacro %}
