-- Grain: one row per time window, user and category: its share of the user's history.
with

matrix as (

    select * from {{ ref("int_user_item_matrix") }}

),

items as (

    select * from {{ ref("int_items") }} where category is not null

),

by_category as (

    select
        matrix.time_window,
        matrix.user_index,
        items.category,
        {{ precision_marketing.exact_sum("matrix.interaction_weight") }}
            as category_weight
    from matrix
    inner join items on matrix.item_index = items.item_index
    group by matrix.time_window, matrix.user_index, items.category

),

final as (

    select
        time_window,
        user_index,
        category,
        category_weight / nullif(
            cast(
                sum(cast(category_weight as decimal(28, 9))) over (
                    partition by time_window, user_index
                ) as double
            ),
            0
        ) as category_share
    from by_category

)

select * from final
