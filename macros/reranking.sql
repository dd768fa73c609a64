{# Whether anything is done to the published ranking: a rule, diversity, exploration. #}
{% macro reranking_is_wanted() %}
    {{ return(
        precision_marketing.setting("rules") | length > 0
        or precision_marketing.setting("recommendations", "diversity") > 0
        or precision_marketing.explored_item_count() > 0
    ) }}
{% endmacro %}


{# Items of a user's list that are shown to learn about them. Rounded down; the small
   term lifts what binary fractions leave just below a whole number (0.29 x 100). #}
{% macro explored_item_count() %}
    {% set share = precision_marketing.setting("recommendations", "exploration_share") %}
    {% set length = precision_marketing.setting("recommendations", "per_user") %}
    {{ return((share * length + 1e-9) | int) }}
{% endmacro %}


{# How deep the served ranking must be kept, so that the next best can move up. #}
{% macro serve_ranking_depth() %}
    {% set length = precision_marketing.setting("recommendations", "per_user") %}
    {% set candidates = precision_marketing.setting(
        "recommendations", "candidates_per_scorer") %}
    {% set shown = [20, length] | max %}
    {{ return(
        [shown, candidates] | max
        if precision_marketing.reranking_is_wanted() else shown
    ) }}
{% endmacro %}
