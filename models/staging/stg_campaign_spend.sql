-- Grain: one row per campaign and day with a sound row of `campaign_spend`.
-- Rows of one day that differ (ad groups, accounts) add up.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaign_spend_checked") }}

),

final as (

    select
        campaign_id,
        spend_date,
        cast(sum(spend) as {{ precision_marketing.kind_type("amount") }}) as spend,
        -- One, unless `health.accept` has it otherwise.
        min(currency) as currency
    from checked
    where row_status in ('kept', 'merged')
    group by campaign_id, spend_date

)

select * from final
