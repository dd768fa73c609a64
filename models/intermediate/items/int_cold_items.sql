-- Grain: one row per time window, set of cold items and item of it.
{% set maximum_users =
    precision_marketing.scorer_settings("cold_items")["maximum_users"] %}
with

item_features as (

    select * from {{ ref("int_item_features") }} where is_eligible

),

final as (

    select
        time_window,
        'untouched' as item_set,
        item_index,
        user_count
    from item_features
    where user_count = 0
    union all
    select
        time_window,
        'cold' as item_set,
        item_index,
        user_count
    from item_features
    where user_count <= {{ maximum_users }}

)

select * from final
