{# Rankings that learn from labels, in the order in which they challenge what is
   published without them: a later one must beat the earlier ones too. #}
{% macro learned_rankings() %}
    {{ return(["logistic_regression", "neural", "learned_mean"]) }}
{% endmacro %}
