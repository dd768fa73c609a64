{# Rows of a seed, of which dbt-spark would cast every value by itself and take minutes to
   plan. In a local session Spark reads the file; a cluster's workers do not see it, and get
   what dbt has read, in which blanks alone are nothing. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set names = agate_table.column_names %}
    {% set types = model.config.get("column_types", {}) %}
    {% set columns, casts = [], [] %}
    {% for name in names %}
        {% do columns.append(name ~ " string") %}
        {% do casts.append("cast(" ~ name ~ " as "
            ~ types.get(name, adapter.convert_type(agate_table, loop.index0)) ~ ")") %}
    {% endfor %}
    {% set insert = "insert into " ~ this ~ " select " ~ casts | join(", ") ~ " from " %}
    {% if env_var("SPARK_MASTER", "local").startswith("local") %}
        {% set view = "seed_" ~ this.identifier %}
        {% do run_query("create or replace temporary view " ~ view ~ " ("
            ~ columns | join(", ") ~ ") using csv options (path "
            ~ precision_marketing.text_literal(
                "file:" ~ model.root_path ~ "/" ~ model.original_file_path)
            ~ ", header true, escape '\"', multiLine true)") %}
        {% do adapter.add_query(insert ~ view) %}
    {% else %}
        {% for chunk in agate_table.rows | batch(get_batch_size()) %}
            {% do adapter.add_query(
                insert ~ precision_marketing.inline_rows(names, columns, chunk),
                abridge_sql_log=True) %}
        {% endfor %}
    {% endif %}
    {{ return("") }}
{% endmacro %}


{# Rows of texts as one JSON text that can stand after FROM. #}
{% macro inline_rows(names, columns, chunk) %}
    {% set rows = [] %}
    {% for row in chunk %}
        {% set values = {} %}
        {% for value in row %}
            {% do values.update({names[loop.index0]: value | string})
                if value is not none %}
        {% endfor %}
        {% do rows.append(values) %}
    {% endfor %}
    {{ return("(select inline(from_json(" ~ precision_marketing.text_literal(tojson(rows))
        ~ ", 'array<struct<" ~ columns | join(", ") ~ ">>')))") }}
{% endmacro %}
