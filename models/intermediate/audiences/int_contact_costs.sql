-- Grain: one row per campaign: what it costs to contact, and to assign, a user of it.
{# Whose cost -> spend, users: of all who were contacted, of the treated assigned. #}
{% set costs = {
    "contact": ["spend.spend_amount", "variants.contacted_user_count"],
    "assigned": ["variants.treated_spend_amount", "variants.treated_user_count"],
} %}
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

spend as (

    select
        campaign_id,
        sum(spend_amount) as spend_amount
    from {{ ref("precision_marketing", "int_campaign_spend") }}
    group by campaign_id

),

variants as (

    select
        variants.campaign_id,
        sum(variants.contacted_user_count) as contacted_user_count,
        sum(variants.assigned_user_count) filter (where not variants.is_control)
            as treated_user_count,
        sum(variant_spend.spend_amount) filter (
            where not variants.is_control and variants.assigned_user_count > 0
        ) as treated_spend_amount
    from {{ ref("precision_marketing", "int_campaign_variants") }} as variants
    left join {{ ref(
        "precision_marketing", "int_campaign_variant_spend"
    ) }} as variant_spend
        on variants.campaign_id = variant_spend.campaign_id
        and variants.variant = variant_spend.variant
    group by variants.campaign_id

),

known as (

    select
        {% for cost, (amount, users) in costs.items() %}
        case when {{ users }} > 0 then {{ amount }} end as {{ cost }}_spend_amount,
        case when {{ amount }} is not null then {{ users }} end
            as {{ cost }}_user_count,
        {% endfor %}
        campaigns.campaign_id,
        campaigns.channel
    from campaigns
    inner join variants on campaigns.campaign_id = variants.campaign_id
    left join spend on campaigns.campaign_id = spend.campaign_id

),

own_and_channel_costs as (

    select
        {% for cost in costs %}
        1e0 * {{ cost }}_spend_amount / nullif({{ cost }}_user_count, 0)
            as own_{{ cost }}_cost,
        1e0 * sum({{ cost }}_spend_amount) over (partition by channel)
        / nullif(sum({{ cost }}_user_count) over (partition by channel), 0)
            as channel_{{ cost }}_cost,
        {% endfor %}
        campaign_id
    from known

),

final as (

    select
        {% for cost in costs %}
        coalesce(own_{{ cost }}_cost, channel_{{ cost }}_cost) as {{ cost }}_cost,
        case
            when own_{{ cost }}_cost is not null then 'campaign'
            when channel_{{ cost }}_cost is not null then 'channel'
            else 'unknown'
        end as {{ cost }}_cost_basis,
        {% endfor %}
        campaign_id
    from own_and_channel_costs

)

select * from final
