{# The last cases of a verdict on a lift, the same at the end and at a look before it. #}
{% macro effect_cases(is_significant, is_above, is_below) -%}
    when {{ is_significant }} and ({{ is_above }}) then 'works'
    when {{ is_significant }} and ({{ is_below }}) then 'harms'
    else 'unclear'
{%- endmacro %}
