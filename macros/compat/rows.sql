{# The row as it was read; `row_as_json` turns rejected ones into JSON. #}
{% macro row_as_struct(columns, present) %}
    {{ return(adapter.dispatch("row_as_struct", "precision_marketing")(columns, present)) }}
{% endmacro %}

{# As it is: few rows are rejected, and only theirs becomes text. #}
{% macro default__row_as_struct(columns, present) %}
    {% set parts = [] %}
    {% for name, kind, is_required in columns if name in present %}
        {% do parts.append("'" ~ name ~ "': " ~ adapter.quote(name)) %}
    {% endfor %}
    {{ return("{" ~ (parts | join(", ") or "'no_input': 1") ~ "}") }}
{% endmacro %}

{% macro spark__row_as_struct(columns, present) %}
    {% set parts = [] %}
    {% for name, kind, is_required in columns if name in present %}
        {% do parts.append("cast(" ~ name ~ " as string) as " ~ name) %}
    {% endfor %}
    {{ return("struct(" ~ (parts | join(", ") or "1 as no_input") ~ ")") }}
{% endmacro %}


{# A struct made by `row_as_struct` as JSON of texts; a value that was missing is null. #}
{% macro row_as_json(struct) %}
    {{ return(adapter.dispatch("row_as_json", "precision_marketing")(struct)) }}
{% endmacro %}

{% macro default__row_as_json(struct) %}
    {{ return("cast(to_json(cast(" ~ struct ~ " as map(varchar, varchar))) as varchar)") }}
{% endmacro %}

{# Spark leaves null fields out unless told. #}
{% macro spark__row_as_json(struct) %}
    {{ return("to_json(" ~ struct ~ ", map('ignoreNullFields', 'false'))") }}
{% endmacro %}


{# An expression whose rows stop the build with a sentence. #}
{% macro stop_with(message) %}
    {{ return(adapter.dispatch("stop_with", "precision_marketing")(message)) }}
{% endmacro %}

{% macro default__stop_with(message) %}
    {{ return("error('" ~ message ~ "')") }}
{% endmacro %}

{% macro spark__stop_with(message) %}
    {{ return("raise_error('" ~ message ~ "')") }}
{% endmacro %}
