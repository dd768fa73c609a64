{# Rows of a seed, of which dbt-spark would cast every value by itself and take minutes to
   plan. Workers of a cluster do not see the file, and of what dbt has read blanks alone
   are nothing: the texts are those of the plugin `dbt_spark_session`. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set names = agate_table.column_names %}
    {% set types = model.config.get("column_types", {}) %}
    {% set columns, casts = [], [] %}
    {% for name in names %}
        {% do columns.append(name ~ " string") %}
        {% do casts.append("cast(" ~ name ~ " as "
            ~ types.get(name, adapter.convert_type(agate_table, loop.index0)) ~ ")") %}
    {% endfor %}
    {% set rows = adapter.csv_texts(model.root_path ~ "/" ~ model.original_file_path) %}
    {% for chunk in rows | batch(get_batch_size()) %}
        {% do adapter.add_query(
            "insert into " ~ this ~ " select " ~ casts | join(", ") ~ " from "
                ~ precision_marketing.inline_rows(names, columns, chunk),
            abridge_sql_log=True) %}
    {% endfor %}
    {{ return("") }}
{% endmacro %}


{# Rows of texts as one JSON text that can stand after FROM. #}
{% macro inline_rows(names, columns, chunk) %}
    {% set rows = [] %}
    {% for row in chunk %}
        {% set values = {} %}
        {% for value in row %}
            {% do values.update({names[loop.index0]: value})
                if value is not none %}
        {% endfor %}
        {% do rows.append(values) %}
    {% endfor %}
    {{ return("(select inline(from_json(" ~ precision_marketing.text_literal(tojson(rows))
        ~ ", 'array<struct<" ~ columns | join(", ") ~ ">>')))") }}
{% endmacro %}
