-- Grain: one row per channel of campaigns.
-- Attributed beside incremental return, of campaigns whose spend is known.
{% set amount = precision_marketing.kind_type("amount") %}
with

performance as (

    select
        campaign_id,
        sum(conversion_count) as conversion_count,
        -- Unknown of one variant is unknown of all.
        case when count(revenue_amount) = count(*) then sum(revenue_amount) end
            as revenue_amount,
        case when count(spend_amount) = count(*) then sum(spend_amount) end
            as spend_amount
    from {{ ref("precision_marketing", "campaign_performance") }}
    where attribution_model = 'last_touch'
    group by campaign_id

),

measured as (

    select
        campaigns.channel,
        campaigns.currency,
        performance.*,
        uplifts.treated_user_count * uplifts.revenue_lift as incremental,
        uplifts.treated_user_count * (uplifts.revenue_lift - uplifts.revenue_lift_lower)
            as distance_down,
        uplifts.treated_user_count * (uplifts.revenue_lift_upper - uplifts.revenue_lift)
            as distance_up,
        -- Amounts of several currencies are not to be added up.
        min(coalesce(campaigns.currency, '')) over a_channel
        = max(coalesce(campaigns.currency, '')) over a_channel as has_one_currency
    from {{ ref("precision_marketing", "int_campaigns") }} as campaigns
    inner join performance on campaigns.campaign_id = performance.campaign_id
    left join {{ ref("precision_marketing", "int_campaign_uplifts") }} as uplifts
        on campaigns.campaign_id = uplifts.campaign_id
    window a_channel as (partition by campaigns.channel)

),

{% set known = "has_one_currency and revenue_amount + spend_amount is not null" %}
{% set roas = "case when " ~ known %}
{% set compared = roas ~ " and incremental is not null then " %}
-- Campaigns draw their holdouts apart from each other: their errors do not go together.
sums as (

    select
        channel,
        case when min(has_one_currency) then min(currency) end as currency,
        count(*) as campaign_count,
        count(*) filter (where spend_amount is null) as unknown_spend_campaign_count,
        count(*) filter (where incremental is null) as unmeasured_campaign_count,
        count({{ compared }} 1 end) as compared_campaign_count,
        case when min(has_one_currency) then sum(revenue_amount) end as revenue_amount,
        case when min(has_one_currency) then sum(spend_amount) end as spend_amount,
        cast(sum({{ roas }} then revenue_amount end) as double)
        / nullif(cast(sum({{ roas }} then spend_amount end) as double), 0e0) as roas,
        sum({{ compared }} revenue_amount end) as compared_revenue,
        sum({{ compared }} spend_amount end) as compared_spend,
        {{ precision_marketing.fine_exact_sum(compared ~ "incremental end") }}
            as incremental,
        {% for end in ["down", "up"] %}
        {% set square = compared ~ "power(distance_" ~ end ~ ", 2) end" %}
        sqrt({{ precision_marketing.fine_exact_sum(square) }}) as distance_{{ end }},
        {% endfor %}
        sum(conversion_count) as conversion_count
    from measured
    group by channel

),

{% set spend = "nullif(cast(compared_spend as double), 0e0)" %}
{% set ends = {"": "", "_lower": " - distance_down", "_upper": " + distance_up"} %}
final as (

    select
        channel,
        currency,
        'last_touch' as attribution_model,
        {% for kind in ["", "unknown_spend_", "unmeasured_", "compared_"] %}
        {{ kind }}campaign_count,
        {% endfor %}
        cast(conversion_count as bigint) as conversion_count,
        cast(revenue_amount as {{ amount }}) as revenue_amount,
        cast(spend_amount as {{ amount }}) as spend_amount,
        roas,
        cast(compared_spend as {{ amount }}) as compared_spend_amount,
        {% for end, sign in ends.items() %}
        incremental{{ sign }} as {{ "incremental_revenue" ~ end ~ "_amount" }},
        (incremental{{ sign }}) / {{ spend }} as {{ "iroas" ~ end }},
        {% endfor %}
        cast(compared_revenue as double) / {{ spend }} as compared_roas
    from sums

)

select * from final
