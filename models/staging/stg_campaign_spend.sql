-- Grain: one row per sound row of the input `campaign_spend`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaign_spend_checked") }}

),

final as (

    select
        campaign_id,
        spend_date,
        spend
    from checked
    where row_status = 'kept'

)

select * from final
