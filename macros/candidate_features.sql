{# The features of the learned rankings: name `<group>__<name>`, how it is made, and what
   is done where it is missing: a number fills the gap, `drop` takes the candidate out.
   The setting `learned.feature_gaps` overrides the last, e.g. {popularity__item_age: drop}. #}
{% macro candidate_features() %}
    {% set features = [] %}
    {% for scorer in precision_marketing.scorers() %}
        {# Not in the list: a rank behind its end, and no score where none is known. #}
        {% do features.append([
            "scores__" ~ scorer.name,
            "candidates." ~ scorer.name ~ "_scaled_score", 0,
        ]) %}
        {% do features.append([
            "scores__" ~ scorer.name ~ "_rank",
            "-ln(candidates." ~ scorer.name ~ "_rank + 2e0)", -6.9,
        ]) %}
    {% endfor %}
    {% do features.extend([
        ["scores__blend", "candidates.blend_score", 0],
        ["scores__blend_rank", "-ln(candidates.blend_rank + 2e0)", -6.9],
        ["scores__best_rank", "-ln(candidates.best_rank + 2e0)", -6.9],
        ["scores__list_count", "cast(candidates.list_count as double)", 0],
        ["popularity__users", "ln(1e0 + item_features.user_count)", 0],
        ["popularity__30_days", "ln(1e0 + item_features.event_count_30d)", 0],
        ["popularity__7_days", "ln(1e0 + item_features.event_count_7d)", 0],
        ["popularity__3_days", "ln(1e0 + item_features.event_count_3d)", 0],
        ["popularity__1_day", "ln(1e0 + item_features.event_count_1d)", 0],
        ["popularity__recent_share",
         "1e0 * item_features.event_count_30d / nullif(item_features.event_count, 0)",
         0],
        ["popularity__trend",
         "ln((1e0 + item_features.event_count_30d)"
         ~ " / (1e0 + item_features.previous_event_count))", 0],
        ["popularity__over_usual",
         "ln(1e0 + item_features.user_count) - rhythm.mean_popularity", 0],
        ["popularity__item_age", "ln(1e0 + item_features.age_days)", 5.9],
        ["popularity__days_since_last_event",
         "ln(1e0 + greatest(item_features.days_since_last_event, 0e0))", 5.9],
        ["user__events", "ln(1e0 + users.history_event_count)", 0],
        ["user__days_since_last_event",
         "ln(1e0 + greatest(users.days_since_last_event, 0e0))", 5.9],
        ["user__days", "ln(1e0 + rhythm.day_count)", 0],
        ["user__mean_gap", "ln(1e0 + rhythm.mean_gap_days)", 5.9],
        ["user__items_per_day",
         "ln(1e0 * users.history_item_count / rhythm.day_count)", 0],
    ]) %}
    {% for column in ["category", "brand"] %}
        {% do features.extend([
            ["affinity__" ~ column ~ "_share", column ~ "_affinity.history_share", 0],
            ["affinity__recent_" ~ column ~ "_share",
             column ~ "_affinity.recent_history_share", 0],
            ["affinity__" ~ column ~ "_days_since",
             "ln(1e0 + greatest(" ~ precision_marketing.days_between(
                 column ~ "_affinity.last_event_at", "windows.history_ends_at"
             ) ~ ", 0e0))", 5.9],
        ]) %}
    {% endfor %}
    {% for part in ["history", "day_1", "day_2", "day_3"] %}
        {% do features.extend([
            ["last_days__choice_" ~ part, "ln(1e0 + 1e2 * candidates.choice_" ~ part ~ ")", 0],
            ["last_days__common_users_" ~ part,
             "ln(1e0 + candidates.common_users_" ~ part ~ ")", 0],
            ["last_days__common_share_" ~ part,
             "ln(1e0 + 1e2 * candidates.common_users_" ~ part
             ~ " / nullif(item_features.user_count, 0))", 0],
            ["last_days__next_users_" ~ part,
             "ln(1e0 + candidates.next_users_" ~ part ~ ")", 0],
            ["last_days__next_" ~ part, "ln(1e0 + 1e2 * candidates.next_" ~ part ~ ")", 0],
            ["text__" ~ part, "candidates.text_" ~ part, 0],
        ]) %}
    {% endfor %}
    {% do features.append(["text__overlap", "candidates.text_overlap", 0]) %}
    {% set due = "(repurchases.days_since_purchase"
        ~ " / repurchases.expected_gap_days)" %}
    {% do features.extend([
        ["repurchase__days", "ln(1e0 + repurchases.purchase_day_count)", 0],
        ["repurchase__days_since", "ln(1e0 + repurchases.days_since_purchase)", 5.9],
        ["repurchase__share",
         "1e0 * repurchases.purchase_day_count / repurchases.user_purchase_day_count", 0],
        ["repurchase__due", "ln(" ~ due ~ " + 0.05e0)", 0],
        ["repurchase__off_due", "abs(ln(" ~ due ~ " + 0.05e0))", 3],
    ]) %}
    {{ return(features) }}
{% endmacro %}


{# Name of a feature to what is done where it is missing: a number, or `drop`. #}
{% macro feature_gap_rules() %}
    {% set given = precision_marketing.setting("learned", "feature_gaps") %}
    {% set rules = {} %}
    {% for name, expression, gap in precision_marketing.candidate_features() %}
        {% do rules.update({name: given.get(name, gap)}) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}
