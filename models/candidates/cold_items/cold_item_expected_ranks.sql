-- Grain: one row per time window, set of cold items, group, user, baseline and wanted
-- item: how many items the baseline puts before it, and how many beside it.
with

baselines as (

    select 'popularity' as scorer
    union all
    select 'random' as scorer

),

cold_items as (

    select
        cold_items.time_window,
        cold_items.item_set,
        cold_items.item_group,
        cold_items.item_index,
        baselines.scorer,
        -- What the baseline orders by: everything is equal to chance.
        case baselines.scorer
            when 'popularity' then cold_items.user_count else 0
        end as order_value
    from {{ ref("int_cold_items") }} as cold_items
    cross join baselines

),

value_counts as (

    select
        time_window,
        item_set,
        item_group,
        scorer,
        order_value,
        count(*) as tied_count,
        sum(count(*)) over (
            partition by time_window, item_set, item_group, scorer
            order by order_value desc
        ) - count(*) as better_count
    from cold_items
    group by time_window, item_set, item_group, scorer, order_value

),

-- Items that the user has are not ranked.
had as (

    select
        cold_items.*,
        history.user_index
    from {{ ref("int_user_item_matrix") }} as history
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
    from {{ ref("cold_item_users") }} as users
    inner join {{ ref("int_labels") }} as labels
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
        value_counts.better_count
        - count(had.item_index) filter (
            where had.order_value > wanted.order_value
        ) as better_count,
        value_counts.tied_count
        - count(had.item_index) filter (
            where had.order_value = wanted.order_value
        ) as tied_count
    from wanted
    inner join value_counts
        on wanted.time_window = value_counts.time_window
        and wanted.item_set = value_counts.item_set
        and wanted.item_group = value_counts.item_group
        and wanted.scorer = value_counts.scorer
        and wanted.order_value = value_counts.order_value
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
        value_counts.better_count,
        value_counts.tied_count

)

select * from final
