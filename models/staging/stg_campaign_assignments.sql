-- Grain: one row per sound row of the input `campaign_assignments`, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_campaign_assignments_checked") }}

),

final as (

    select
        campaign_id,
        user_id,
        variant,
        assigned_at
    from checked
    where row_status = 'kept'

)

select * from final
