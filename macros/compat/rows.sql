{# The row as it was read, for a later `to_json`; only rejected rows are ever written. #}
{% macro row_as_struct(columns, present) %}
    {{ return(adapter.dispatch("row_as_struct", "precision_marketing")(columns, present)) }}
{% endmacro %}

{% macro default__row_as_struct(columns, present) %}
    {% set parts = [] %}
    {% for name, kind, is_required in columns if name in present %}
        {% do parts.append(name ~ " := cast(" ~ adapter.quote(name) ~ " as varchar)") %}
    {% endfor %}
    {{ return("struct_pack(" ~ (parts | join(", ") or "no_input := 1") ~ ")") }}
{% endmacro %}

{% macro spark__row_as_struct(columns, present) %}
    {% set parts = [] %}
    {% for name, kind, is_required in columns if name in present %}
        {% do parts.append("cast(" ~ name ~ " as string) as " ~ name) %}
    {% endfor %}
    {{ return("struct(" ~ (parts | join(", ") or "1 as no_input") ~ ")") }}
{% endmacro %}
