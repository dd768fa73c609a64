{# Every value given lies between `minimum` and `maximum`, both included; null passes
   (a `not_null` constraint is the contract's work). #}
{% test accepted_range(model, column_name, minimum=none, maximum=none) %}
{% if minimum is none and maximum is none %}
    {{ exceptions.raise_compiler_error(
        "The test accepted_range on `" ~ model ~ "." ~ column_name
        ~ "` needs `minimum`, `maximum` or both."
    ) }}
{% endif %}
    select {{ column_name }}
    from {{ model }}
    where
        1 = 0
        {% if minimum is not none %}or {{ column_name }} < {{ minimum }}{% endif %}
        {% if maximum is not none %}or {{ column_name }} > {{ maximum }}{% endif %}
{% endtest %}
