-- Grain: one row per time window and user with a history of which no other user has an
-- item: nobody's choices say anything of what is next.
with

histories as (

    select * from {{ ref("precision_marketing", "int_user_item_matrix") }}

),

item_users as (

    select
        time_window,
        item_index,
        count(*) as user_count
    from histories
    group by time_window, item_index

),

final as (

    select
        histories.time_window,
        histories.user_index
    from histories
    inner join item_users
        on histories.time_window = item_users.time_window
        and histories.item_index = item_users.item_index
    group by histories.time_window, histories.user_index
    having max(item_users.user_count) = 1

)

select * from final
