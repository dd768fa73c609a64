-- Grain: one row per target and tenth of the users of `test` by propensity: how many
-- bought it, and how many were expected to.
with

propensities as (

    select * from {{ ref("precision_marketing", "target_propensities") }}
    where time_window = 'test'

),

buyers as (

    select distinct
        purchases.target_index,
        purchases.user_index
    from {{ ref("precision_marketing", "int_target_purchases") }} as purchases
    inner join {{ ref("precision_marketing", "int_time_windows") }} as windows
        on purchases.time_slice = windows.label_slice
    where windows.time_window = 'test'

),

-- As decimals: a running sum of doubles depends on how it is computed.
weighted as (

    select
        propensities.target_index,
        propensities.user_index,
        propensities.propensity,
        {{ precision_marketing.decimal_of(
            "propensities.sample_weight", "decimal(18, 6)"
        ) }} as sample_weight,
        buyers.user_index is not null as is_buyer
    from propensities
    left join buyers
        on propensities.target_index = buyers.target_index
        and propensities.user_index = buyers.user_index
    where propensities.propensity is not null

),

running as (

    select
        *,
        sum(sample_weight) over (
            partition by target_index
            order by propensity, user_index
            rows between unbounded preceding and current row
        ) as running_weight,
        sum(sample_weight) over (partition by target_index) as total_weight
    from weighted

),

-- Tenths of the users that the scored ones stand for, not of the scored ones.
binned as (

    select
        *,
        cast(
            least(
                floor(
                    10e0 * (running_weight - sample_weight / 2e0) / total_weight
                ) + 1e0,
                10e0
            ) as integer
        ) as propensity_decile
    from running

),

final as (

    select
        target_index,
        propensity_decile,
        count(*) as scored_user_count,
        cast(sum(sample_weight) as double) as user_count,
        {{ precision_marketing.exact_sum("sample_weight * propensity") }}
            as expected_buyer_count,
        cast(sum(case when is_buyer then sample_weight else 0 end) as double)
            as buyer_count,
        cast(
            sum(case when is_buyer then sample_weight * sample_weight else 0 end)
            as double
        ) as squared_buyer_weight,
        -- Users that say as much if they all had one weight (Kish 1965).
        cast(sum(sample_weight) as double) * cast(sum(sample_weight) as double)
        / {{ precision_marketing.exact_sum("sample_weight * sample_weight") }}
            as effective_user_count
    from binned
    group by target_index, propensity_decile

)

select * from final
