-- Grain: one row per level (campaign or channel), campaign, channel and attribution
-- model. Of the users whom attribution gives to a measured campaign, how many ordered
-- because of it: by that share its ROAS is to be read.
with

-- Of users assigned to a treated variant, whom alone the holdout speaks of.
attributed as (

    select
        campaign_id,
        attribution_model,
        sum(converting_user_count) as user_count,
        sum(revenue_amount) as revenue_amount,
        case when count(spend_amount) = count(*) then sum(spend_amount) end
            as spend_amount
    from {{ ref("precision_marketing", "campaign_performance") }}
    where not is_control and assigned_user_count > 0
    group by campaign_id, attribution_model

),

measured as (

    {% for level, campaign_id in [
        ("campaign", "attributed.campaign_id"), ("channel", "'(all)'"),
    ] %}
    select
        '{{ level }}' as level,
        {{ campaign_id }} as campaign_id,
        campaigns.channel,
        campaigns.currency,
        attributed.attribution_model,
        attributed.user_count,
        attributed.revenue_amount,
        attributed.spend_amount,
        uplifts.treated_user_count * uplifts.uplift as incremental,
        uplifts.treated_user_count * (uplifts.uplift - uplifts.uplift_lower)
            as distance_down,
        uplifts.treated_user_count * (uplifts.uplift_upper - uplifts.uplift)
            as distance_up
    from attributed
    inner join {{ ref("precision_marketing", "int_campaign_uplifts") }} as uplifts
        on attributed.campaign_id = uplifts.campaign_id
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on attributed.campaign_id = campaigns.campaign_id
    {{ "union all" if not loop.last }}
    {% endfor %}

),

-- Campaigns draw their holdouts apart from each other: their errors do not go together.
sums as (

    select
        level,
        campaign_id,
        channel,
        attribution_model,
        cast(sum(user_count) as bigint) as attributed_conversions,
        case
            when count(distinct currency) <= 1 and count(spend_amount) = count(*)
                then cast(sum(revenue_amount) as double)
                    / nullif(cast(sum(spend_amount) as double), 0e0)
        end as roas,
        {% for distance in ["distance_down", "distance_up"] %}
        sqrt({{ precision_marketing.fine_exact_sum("power(" ~ distance ~ ", 2)") }})
            as {{ distance }},
        {% endfor %}
        {{ precision_marketing.fine_exact_sum("incremental") }} as incremental
    from measured
    group by level, campaign_id, channel, attribution_model

),

{% set ends = {
    "": "incremental",
    "_lower": "(incremental - distance_down)",
    "_upper": "(incremental + distance_up)",
} %}
final as (

    select
        {% for end, incremental in ends.items() %}
        {{ incremental }} as {{ "incremental_conversions" ~ end }},
        {{ incremental }} / nullif(attributed_conversions, 0)
            as {{ "incrementality_factor" ~ end }},
        roas * {{ incremental }} / nullif(attributed_conversions, 0)
            as {{ "calibrated_roas" ~ end }},
        {% endfor %}
        level,
        campaign_id,
        channel,
        attribution_model,
        attributed_conversions,
        roas
    from sums

)

select * from final
