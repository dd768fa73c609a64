-- Grain: one row per time window, set of cold items, group, user and baseline: the NDCG
-- at 10 that it reaches on average over the orders of what it holds for equal.
with

expected_ranks as (

    select * from {{ ref("cold_item_expected_ranks") }}

),

gains as (

    select
        ranking_rank,
        ideal_gain
    from {{ ref("int_rank_discounts") }}
    union all
    select
        0 as ranking_rank,
        0e0 as ideal_gain

),

summed as (

    select
        expected_ranks.time_window,
        expected_ranks.item_set,
        expected_ranks.item_group,
        expected_ranks.scorer,
        expected_ranks.user_index,
        max(ideal_gains.ideal_gain) as ideal_gain,
        -- The mean discount over the ranks that the item may have, 0 after the tenth.
        {{ precision_marketing.exact_sum(
            "(gains_up_to.ideal_gain - gains_before.ideal_gain)"
            ~ " / expected_ranks.tied_count"
        ) }} as gain
    from expected_ranks
    inner join gains as ideal_gains
        on least(expected_ranks.label_count, 10) = ideal_gains.ranking_rank
    inner join gains as gains_before
        on least(expected_ranks.better_count, 10) = gains_before.ranking_rank
    inner join gains as gains_up_to
        on
            least(expected_ranks.better_count + expected_ranks.tied_count, 10)
            = gains_up_to.ranking_rank
    group by
        expected_ranks.time_window,
        expected_ranks.item_set,
        expected_ranks.item_group,
        expected_ranks.scorer,
        expected_ranks.user_index

),

final as (

    select
        time_window,
        item_set,
        item_group,
        scorer,
        user_index,
        gain / ideal_gain as ndcg_at_10
    from summed

)

select * from final
