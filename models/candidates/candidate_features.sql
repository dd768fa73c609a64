-- Grain: one row per time window, user and candidate item: the neural scorer's input.
-- Every feature is a double without nulls; what is missing is filled as noted.
{% set scorers = precision_marketing.scorers() %}
with

blended_candidates as (

    select * from {{ ref("blended_candidates") }}

),

item_features as (

    select * from {{ ref("int_item_features") }}

),

users as (

    select * from {{ ref("int_window_users") }}

),

items as (

    select * from {{ ref("int_items") }}

),

category_affinity as (

    select * from {{ ref("int_category_affinity") }}

),

labels as (

    select * from {{ ref("int_labels") }}

),

final as (

    select
        blended_candidates.time_window,
        blended_candidates.user_index,
        blended_candidates.item_index,
        labels.item_index is not null as is_label,
        users.training_role,
        {% for scorer in scorers %}
        -- Not in the scorer's list: no score, and a rank behind any list's end.
        coalesce(blended_candidates.{{ scorer.name }}_scaled_score, 0e0)
            as feature_{{ scorer.name }}_score,
        -ln(coalesce(blended_candidates.{{ scorer.name }}_rank, 1000) + 2e0)
            as feature_{{ scorer.name }}_rank,
        {% endfor %}
        blended_candidates.blend_score as feature_blend_score,
        -ln(blended_candidates.blend_rank + 2e0) as feature_blend_rank,
        cast(blended_candidates.list_count as double) as feature_list_count,
        ln(1e0 + item_features.user_count) as feature_popularity,
        ln(1e0 + item_features.recent_event_count) as feature_recent_popularity,
        -- Share of the item's events in the last 30 days; an untouched item has none.
        coalesce(
            1e0
            * item_features.recent_event_count
            / nullif(item_features.event_count, 0),
            0e0
        ) as feature_popularity_trend,
        -- Never touched or without a date: as old as a year.
        ln(1e0 + coalesce(item_features.age_days, 365e0)) as feature_item_age,
        ln(1e0 + greatest(coalesce(item_features.days_since_last_event, 365e0), 0e0))
            as feature_days_since_last_sale,
        ln(1e0 + users.history_event_count) as feature_user_activity,
        ln(1e0 + greatest(coalesce(users.days_since_last_event, 365e0), 0e0))
            as feature_user_recency,
        -- No category, or none of it in the history: no share.
        coalesce(category_affinity.category_share, 0e0) as feature_category_share
    from blended_candidates
    inner join item_features
        on blended_candidates.time_window = item_features.time_window
        and blended_candidates.item_index = item_features.item_index
    inner join users
        on blended_candidates.time_window = users.time_window
        and blended_candidates.user_index = users.user_index
    inner join items on blended_candidates.item_index = items.item_index
    left join category_affinity
        on blended_candidates.time_window = category_affinity.time_window
        and blended_candidates.user_index = category_affinity.user_index
        and items.category = category_affinity.category
    left join labels
        on blended_candidates.time_window = labels.time_window
        and blended_candidates.user_index = labels.user_index
        and blended_candidates.item_index = labels.item_index

)

select * from final
