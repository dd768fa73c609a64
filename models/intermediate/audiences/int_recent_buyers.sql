-- Grain: one row per target and user who bought it too lately to be asked again.
{% set recent_buyer_days = precision_marketing.setting(
    "audiences", "recent_buyer_days") %}
with

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}

),

purchases as (

    select * from {{ ref("precision_marketing", "int_target_purchases") }}

),

final as (

    select
        purchases.target_index,
        purchases.user_id,
        max(purchases.occurred_at) as last_bought_at
    from purchases
    cross join as_of
    -- Who rated or looked has not bought, though it stands for buying elsewhere.
    where
        purchases.is_conversion
        and purchases.occurred_at
        > as_of.as_of_at - {{ recent_buyer_days }} * interval '1' day
    group by purchases.target_index, purchases.user_id

)

select * from final
