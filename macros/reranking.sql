{# Whether anything is done to the published ranking: a rule, diversity, exploration. #}
{% macro reranking_is_wanted() %}
    {{ return(
        var("recommendation_rules") | length > 0
        or var("diversity") > 0
        or precision_marketing.explored_item_count() > 0
    ) }}
{% endmacro %}


{# Items of a user's list that are shown to learn about them. Rounded down; the small
   term lifts what binary fractions leave just below a whole number (0.29 x 100). #}
{% macro explored_item_count() %}
    {{ return(
        (var("exploration_share") * var("recommendations_per_user") + 1e-9) | int
    ) }}
{% endmacro %}


{# How deep the served ranking must be kept, so that the next best can move up. #}
{% macro serve_ranking_depth() %}
    {% set shown = [20, var("recommendations_per_user")] | max %}
    {{ return(
        [shown, var("candidates_per_scorer")] | max
        if precision_marketing.reranking_is_wanted() else shown
    ) }}
{% endmacro %}
