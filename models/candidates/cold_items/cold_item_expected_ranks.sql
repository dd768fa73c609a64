-- Grain: one row per time window, set of cold items, group, user, baseline and wanted
-- item: how many items the baseline puts before it, and how many beside it.
with

cold_items as (

    select
        *,
        'popularity' as scorer,
        user_count as order_value,
        rank() over (
            partition by time_window, item_set, item_group order by user_count desc
        ) - 1 as better_count,
        count(*) over (
            partition by time_window, item_set, item_group, user_count
        ) as tied_count
    from {{ ref("precision_marketing", "int_cold_items") }}
    union all
    select
        *,
        'random' as scorer,
        -- Everything is equal to chance.
        0 as order_value,
        0 as better_count,
        count(*) over (partition by time_window, item_set, item_group) as tied_count
    from {{ ref("precision_marketing", "int_cold_items") }}

),

-- Items that the user has are not ranked.
had as (

    select
        cold_items.*,
        history.user_index
    from {{ ref("precision_marketing", "int_user_item_matrix") }} as history
    inner join cold_items
        on history.time_window = cold_items.time_window
        and history.item_index = cold_items.item_index
    where history.is_excluded

),

wanted as (

    select
        cold_items.*,
        users.user_index,
        users.label_count
    from {{ ref("precision_marketing", "cold_item_users") }} as users
    inner join {{ ref("precision_marketing", "int_labels") }} as labels
        on users.time_window = labels.time_window
        and users.user_index = labels.user_index
    inner join cold_items
        on users.time_window = cold_items.time_window
        and users.item_set = cold_items.item_set
        and users.item_group = cold_items.item_group
        and labels.item_index = cold_items.item_index

),

final as (

    select
        wanted.time_window,
        wanted.item_set,
        wanted.item_group,
        wanted.scorer,
        wanted.user_index,
        wanted.item_index,
        wanted.label_count,
        wanted.better_count
        - count(*) filter (where had.order_value > wanted.order_value) as better_count,
        wanted.tied_count
        - count(*) filter (where had.order_value = wanted.order_value) as tied_count
    from wanted
    left join had
        on wanted.time_window = had.time_window
        and wanted.item_set = had.item_set
        and wanted.item_group = had.item_group
        and wanted.scorer = had.scorer
        and wanted.user_index = had.user_index
    group by
        wanted.time_window,
        wanted.item_set,
        wanted.item_group,
        wanted.scorer,
        wanted.user_index,
        wanted.item_index,
        wanted.label_count,
        wanted.better_count,
        wanted.tied_count

)

select * from final
