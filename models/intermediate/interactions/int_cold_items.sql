-- Grain: one row per time window, set of cold items, group and item of it.
{% set maximum_users =
    precision_marketing.scorer_settings("cold_items")["maximum_users"] %}
with

item_features as (

    select * from {{ ref("precision_marketing", "int_item_features") }}
    where is_eligible

),

-- Few items are cold by themselves. By hash every item is hidden once, in one of five
-- groups: what is known of its users is kept from the scorers.
groups as (

    select
        items.item_index,
        1 + mod(row_number() over (order by md5(items.item_id), items.item_id), 5)
            as item_group
    from {{ ref("precision_marketing", "int_items") }} as items
    where {{ precision_marketing.is_in_window("items", "'test'") }}

),

final as (

    {% for item_set, most in [("untouched", 0), ("cold", maximum_users)] %}
    select
        time_window,
        '{{ item_set }}' as item_set,
        0 as item_group,
        item_index,
        user_count
    from item_features
    where user_count <= {{ most }}
    union all
    {% endfor %}
    select
        item_features.time_window,
        'hidden' as item_set,
        cast(groups.item_group as integer) as item_group,
        item_features.item_index,
        0 as user_count
    from item_features
    inner join groups on item_features.item_index = groups.item_index

)

select * from final
