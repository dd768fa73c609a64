-- Grain: one row per campaign, variant and attribution model: what the rates divide.
{% set touch_counts = [
    "send_count", "delivered_count", "bounce_count", "impression_count", "open_count",
    "click_count", "ctr_click_count", "unsubscribe_count", "complaint_count",
] %}
with

attribution_models as (

    select * from {{ ref("precision_marketing", "attribution_models") }}
    -- Those that divide a conversion among touches: marts.campaign_attribution.
    where not is_path_based

),

touches as (

    select
        {% for count in touch_counts %}
        sum({{ count }}) as {{ count }},
        {% endfor %}
        campaign_id,
        variant
    from {{ ref("precision_marketing", "int_campaign_touch_days") }}
    group by campaign_id, variant

),

outcomes as (

    select * from {{ ref("precision_marketing", "int_campaign_outcomes") }}

),

final as (

    select
        variants.campaign_id,
        variants.variant,
        attribution_models.attribution_model,
        attribution_models.is_channel_reported,
        variants.is_control,
        variants.assigned_user_count,
        variants.contacted_user_count,
        variants.reached_user_count,
        variants.viewing_user_count,
        variants.opening_user_count,
        variants.clicking_user_count,
        variants.viewing_clicking_user_count,
        variants.message_opening_user_count,
        variants.message_clicking_user_count,
        variants.open_clicking_user_count,
        variants.ordering_assigned_user_count,
        {% for count in touch_counts %}
        coalesce(touches.{{ count }}, 0) as {{ count }},
        {% endfor %}
        coalesce(outcomes.conversion_count, 0) as conversion_count,
        coalesce(outcomes.click_conversion_count, 0) as click_conversion_count,
        coalesce(outcomes.view_conversion_count, 0) as view_conversion_count,
        coalesce(outcomes.converting_user_count, 0) as converting_user_count,
        coalesce(outcomes.clicking_converting_user_count, 0)
            as clicking_converting_user_count,
        -- Nobody converted: zero. Somebody did, at prices nobody gave: unknown.
        case
            when outcomes.conversion_count > 0 then outcomes.revenue_amount
            when not attribution_models.is_channel_reported then 0
        end as revenue_amount,
        coalesce(outcomes.refund_count, 0) as refund_count,
        case
            when outcomes.conversion_count > 0 then outcomes.refund_amount
            when not attribution_models.is_channel_reported then 0
        end as refund_amount,
        variant_spend.spend_amount
    from {{ ref("precision_marketing", "int_campaign_variants") }} as variants
    cross join attribution_models
    left join touches
        on variants.campaign_id = touches.campaign_id
        and variants.variant = touches.variant
    left join outcomes
        on variants.campaign_id = outcomes.campaign_id
        and variants.variant = outcomes.variant
        and attribution_models.attribution_model = outcomes.attribution_model
    left join {{ ref(
        "precision_marketing", "int_campaign_variant_spend"
    ) }} as variant_spend
        on variants.campaign_id = variant_spend.campaign_id
        and variants.variant = variant_spend.variant
    -- A channel that reports nothing has not measured zero: no row.
    where
        not attribution_models.is_channel_reported
        or variants.campaign_id in (
            select reported.campaign_id
            from outcomes as reported
            where reported.attribution_model = attribution_models.attribution_model
        )

)

select * from final
