-- Grain: one row per time window, set of cold items, group, user and baseline: the NDCG
-- at 10 that it reaches on average over the orders of what it holds for equal.
with

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
    cross join (
        select 'popularity' as scorer
        union all
        select 'random' as scorer
    ) as baselines

),

users as (

    select * from {{ ref("cold_item_users") }}

),

-- Ranks before and up to the items of one value.
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
    from users
    inner join {{ ref("int_labels") }} as labels
        on users.time_window = labels.time_window
        and users.user_index = labels.user_index
    inner join cold_items
        on users.time_window = cold_items.time_window
        and users.item_set = cold_items.item_set
        and users.item_group = cold_items.item_group
        and labels.item_index = cold_items.item_index

),

ranks as (

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

),

final as (

    select
        ranks.time_window,
        ranks.item_set,
        ranks.item_group,
        ranks.scorer,
        ranks.user_index,
        {{ precision_marketing.exact_sum(
            "(coalesce(upto.ideal_gain, 0e0) - coalesce(before.ideal_gain, 0e0))"
            ~ " / ranks.tied_count"
        ) }} / max(ideal.ideal_gain) as ndcg_at_10
    from ranks
    inner join {{ ref("int_rank_discounts") }} as ideal
        on least(ranks.label_count, 10) = ideal.ranking_rank
    left join {{ ref("int_rank_discounts") }} as before
        on least(ranks.better_count, 10) = before.ranking_rank
    left join {{ ref("int_rank_discounts") }} as upto
        on least(ranks.better_count + ranks.tied_count, 10) = upto.ranking_rank
    group by
        ranks.time_window,
        ranks.item_set,
        ranks.item_group,
        ranks.scorer,
        ranks.user_index

)

select * from final
