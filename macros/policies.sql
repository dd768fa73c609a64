{# Lengths of the lists of a ranking policy that `policy_value` judges, in items. #}
{% macro policy_cutoffs() %}{{ return([1, 3, 5, 10]) }}{% endmacro %}


{# Values of a policy that are sums of y divided by sums of x: [name, x, y]. #}
{% macro policy_ratios() %}
    {{ return([
        ["ips", "impression_count", "weighted_click_sum"],
        ["snips", "weight_sum", "weighted_click_sum"],
        ["gain", "impression_count", "gain_sum"],
    ]) }}
{% endmacro %}
