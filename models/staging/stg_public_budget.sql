-- Grain: one row: what the profile `public` may tell of a user, and its bounds.
{% set setting = precision_marketing.setting %}
with

final as (

    select
        cast({{ setting("privacy", "public_epsilon") }} as double) as epsilon,
        cast({{ setting("privacy", "public_delta") }} as double) as delta,
        cast({{ setting("privacy", "public_total_epsilon") }} as double)
            as total_epsilon,
        cast({{ setting("privacy", "public_campaigns_per_user") }} as integer)
            as campaigns_per_user,
        cast({{ setting("privacy", "public_orders_per_campaign") }} as integer)
            as orders_per_campaign,
        cast({{ setting("privacy", "public_revenue_per_campaign") }} as integer)
            as revenue_per_campaign

)

select * from final
