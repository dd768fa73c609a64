{# Lengths of the lists of a ranking policy that `policy_value` judges, in items. #}
{% macro policy_cutoffs() %}{{ return([1, 3, 5, 10]) }}{% endmacro %}
