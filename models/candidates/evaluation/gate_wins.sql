-- Grain: one row per choice, ranking and opponent: where it wins against it.
with

gate_margins as (

    select * from {{ ref("precision_marketing", "gate_margins") }}

),

-- With 200 users in each window a learned ranking must show in each that it is better.
-- With fewer no window could: it must be ahead in each, and by more than the standard
-- error in both together, as must a simpler one that is to replace the blend.
judged as (

    select
        *,
        coalesce(
            case
                when is_learned and not is_small then train_margin_lower
                else train_margin
            end > 1e-9, false
        ) as wins_on_train,
        coalesce(
            case
                when is_learned and not is_small then test_margin_lower
                else test_margin
            end > 1e-9, false
        ) as wins_on_test,
        coalesce(
            not is_small or together_margin > together_standard_error, false
        ) as wins_together
    from gate_margins

),

final as (

    select
        *,
        has_enough_users and wins_on_train and wins_on_test and wins_together as wins
    from judged

)

select * from final
