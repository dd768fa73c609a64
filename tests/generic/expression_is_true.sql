{# `expression` is true in every row: false and null both fail. #}
{% test expression_is_true(model, expression, column_name=none) %}
    select *
    from {{ model }}
    where coalesce(({{ expression }}), false) = false
{% endtest %}
