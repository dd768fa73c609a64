-- Grain: one row: the ranking that is published, and the margin that decided it.
{% set minimum_users = 200 %}
with

quality as (

    select *
    from {{ ref("user_ranking_quality") }}
    where time_window = 'train' and k = 10

),

-- Same users on both sides: in `train` every ranking is made for the gate's users.
differences as (

    select neural.ndcg_at_k - blend.ndcg_at_k as difference
    from quality as neural
    inner join quality as blend on neural.user_index = blend.user_index
    where neural.scorer = 'neural' and blend.scorer = 'blend'

),

moments as (

    select
        count(*) as user_count,
        {{ precision_marketing.exact_mean("difference") }} as mean_difference,
        {{ precision_marketing.exact_mean("difference * difference") }} as mean_square
    from differences

),

margins as (

    select
        user_count,
        mean_difference,
        sqrt(
            greatest(mean_square - mean_difference * mean_difference, 0e0)
            / nullif(user_count - 1, 0)
        ) as standard_error
    from moments

),

final as (

    select
        case
            when
                user_count >= {{ minimum_users }}
                and mean_difference - 1.959963984540054e0 * standard_error > 0
                then 'neural'
            else 'blend'
        end as scorer,
        user_count as gate_user_count,
        mean_difference as ndcg_margin,
        mean_difference - 1.959963984540054e0 * standard_error as margin_lower,
        mean_difference + 1.959963984540054e0 * standard_error as margin_upper
    from margins

)

select * from final
