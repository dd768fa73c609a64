-- Grain: one row: the learned scorer that is used, and whether `serve` needs it, for
-- the published lists or for the chance to buy a campaign's target.
with

published_ranking as (

    select * from {{ ref("precision_marketing", "published_ranking") }}

),

targets as (

    {% if precision_marketing.has_part("audiences") %}
    select count(*) as target_count
    from {{ ref("precision_marketing", "int_campaign_targets") }}
    {% else %}
    select 0 as target_count
    {% endif %}

),

final as (

    select
        -- The network only where it proved better.
        case
            when published_ranking.scorer = 'neural' then 'neural'
            else 'logistic_regression'
        end as scorer,
        published_ranking.scorer in ('neural', 'logistic_regression')
        or targets.target_count > 0 as is_served
    from published_ranking
    cross join targets

)

select * from final
