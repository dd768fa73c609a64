{# How recent something is, in (0, 1]: 1 now, a half after a week, 0 for never. #}
{% macro recency(days) %}
    coalesce(7e0 / (7e0 + {{ days }}), 0e0)
{%- endmacro %}
