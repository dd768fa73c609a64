-- Grain: one row: the ranking that is published, and which learned one is used beside
-- it.
{% set last = precision_marketing.learned_rankings() | length %}
{% set names = "'" ~ precision_marketing.learned_rankings() | join("', '") ~ "'" %}
with

gate_steps as (

    select * from {{ ref("precision_marketing", "gate_steps") }} where choice = 'all'

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

-- One row even without any step: a shop may have no user with a label.
chosen as (

    select
        coalesce(max(case when step = {{ last }} then winner end), 'blend') as scorer,
        coalesce(max(case when step = 0 then winner end), 'blend')
            as best_simpler_ranking
    from gate_steps

),

final as (

    select
        chosen.scorer,
        chosen.best_simpler_ranking,
        -- Another than the regression only where it proved better.
        case
            when chosen.scorer in ({{ names }}) then chosen.scorer
            else 'logistic_regression'
        end as learned_scorer,
        chosen.scorer in ({{ names }}) or targets.target_count > 0
            as serves_learned_scorer
    from chosen
    cross join targets

)

select * from final
