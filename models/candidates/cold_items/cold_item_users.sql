-- Grain: one row per time window, set of cold items, group and user it is judged on.
{% set evaluated_users =
    precision_marketing.scorer_settings("cold_items")["evaluated_users"] %}
with

cold_items as (

    select * from {{ ref("precision_marketing", "int_cold_items") }}

),

users as (

    select
        window_users.*,
        users.user_id
    from {{ ref("precision_marketing", "int_window_users") }} as window_users
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on window_users.user_index = users.user_index
    where window_users.history_item_count > 0

),

item_counts as (

    select
        time_window,
        item_set,
        item_group,
        count(*) as item_count
    from cold_items
    group by time_window, item_set, item_group

),

label_counts as (

    select
        cold_items.time_window,
        cold_items.item_set,
        cold_items.item_group,
        labels.user_index,
        count(*) as label_count
    from {{ ref("precision_marketing", "int_labels") }} as labels
    inner join cold_items
        on labels.time_window = cold_items.time_window
        and labels.item_index = cold_items.item_index
    group by
        cold_items.time_window,
        cold_items.item_set,
        cold_items.item_group,
        labels.user_index

),

-- By hash: a sample that depends on the ids alone.
drawn as (

    select
        label_counts.*,
        row_number() over (
            partition by
                label_counts.time_window,
                label_counts.item_set,
                label_counts.item_group
            order by md5(users.user_id), users.user_id
        ) as hash_rank
    from label_counts
    inner join users
        on label_counts.time_window = users.time_window
        and label_counts.user_index = users.user_index

),

-- A fifth more is another fit of every scorer: no more are asked than are enough.
final as (

    select
        drawn.time_window,
        drawn.item_set,
        drawn.item_group,
        drawn.user_index,
        drawn.label_count,
        item_counts.item_count
    from drawn
    inner join item_counts
        on drawn.time_window = item_counts.time_window
        and drawn.item_set = item_counts.item_set
        and drawn.item_group = item_counts.item_group
    where drawn.hash_rank <= {{ evaluated_users }}
    qualify count(*) over (
            partition by drawn.time_window, drawn.item_set
            order by drawn.item_group
            range between unbounded preceding and 1 preceding
        ) < 2 * {{ evaluated_users }}

)

select * from final
