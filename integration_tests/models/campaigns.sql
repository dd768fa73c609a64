-- Grain: one row per campaign that the shop plans.
with

final as (

    select
        'autumn' as campaign_name,
        cast('2025-09-01' as date) as starts_on

)

select * from final
