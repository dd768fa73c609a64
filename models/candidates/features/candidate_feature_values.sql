-- Grain: one row per time window, user and candidate: features, null where missing.
{{ config(materialized="view") }}
with

candidates as (

    select * from {{ ref("precision_marketing", "blended_candidates") }}

),

final as (

    select
        candidates.time_window,
        candidates.user_index,
        candidates.item_index,
        labels.item_index is not null as is_label,
        {% for name, expression, gap in precision_marketing.candidate_features() %}
        {{ expression }} as {{ name }},
        {% endfor %}
        users.training_half,
        users.training_role
    from candidates
    inner join {{ ref("precision_marketing", "int_time_windows") }} as windows
        on candidates.time_window = windows.time_window
    inner join {{ ref("precision_marketing", "int_item_features") }} as item_features
        on candidates.time_window = item_features.time_window
        and candidates.item_index = item_features.item_index
    inner join {{ ref("precision_marketing", "int_items") }} as items
        on candidates.item_index = items.item_index
    inner join {{ ref("precision_marketing", "int_window_users") }} as users
        on candidates.time_window = users.time_window
        and candidates.user_index = users.user_index
    left join {{ ref("precision_marketing", "int_user_rhythm") }} as rhythm
        on candidates.time_window = rhythm.time_window
        and candidates.user_index = rhythm.user_index
    left join {{ ref(
        "precision_marketing", "int_user_affinities"
    ) }} as category_affinity
        on candidates.time_window = category_affinity.time_window
        and candidates.user_index = category_affinity.user_index
        and items.category = category_affinity.affinity_value
        and category_affinity.affinity_kind = 'category'
    left join {{ ref("precision_marketing", "int_user_affinities") }} as brand_affinity
        on candidates.time_window = brand_affinity.time_window
        and candidates.user_index = brand_affinity.user_index
        and items.brand = brand_affinity.affinity_value
        and brand_affinity.affinity_kind = 'brand'
    left join {{ ref("precision_marketing", "int_repurchases") }} as repurchases
        on candidates.time_window = repurchases.time_window
        and candidates.user_index = repurchases.user_index
        and candidates.item_index = repurchases.item_index
    left join {{ ref("precision_marketing", "int_labels") }} as labels
        on candidates.time_window = labels.time_window
        and candidates.user_index = labels.user_index
        and candidates.item_index = labels.item_index

)

select * from final
