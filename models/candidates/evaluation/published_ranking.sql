-- Grain: one row: the ranking that is published, the margin that decided it, and which
-- learned scorer is used beside it.
with

gate_margins as (

    select * from {{ ref("precision_marketing", "gate_margins") }}

),

-- Audiences ask for the chance to buy a campaign's target.
targets as (

    {% if precision_marketing.has_part("audiences") %}
    select count(*) as target_count
    from {{ ref("precision_marketing", "int_campaign_targets") }}
    {% else %}
    select 0 as target_count
    {% endif %}

),

best_simpler as (

    select max(scorer) as scorer from gate_margins where is_best_simpler

),

-- One row even without any: a shop may have no user with a label.
network as (

    select
        coalesce(max(gate_user_count), 0) as gate_user_count,
        max(margin) as ndcg_margin,
        max(margin_lower) as margin_lower,
        max(margin_upper) as margin_upper,
        coalesce(max(has_enough_users and margin_lower > 0), false) as is_better
    from gate_margins
    where scorer = 'neural'

),

chosen as (

    select
        case
            when network.is_better then 'neural'
            else coalesce(best_simpler.scorer, 'blend')
        end as scorer,
        coalesce(best_simpler.scorer, 'blend') as best_simpler_ranking,
        network.gate_user_count,
        network.ndcg_margin,
        network.margin_lower,
        network.margin_upper
    from network
    cross join best_simpler

),

final as (

    select
        chosen.*,
        -- The network only where it proved better.
        case
            when chosen.scorer = 'neural' then 'neural'
            else 'logistic_regression'
        end as learned_scorer,
        chosen.scorer in ('neural', 'logistic_regression')
        or targets.target_count > 0 as serves_learned_scorer
    from chosen
    cross join targets

)

select * from final
