-- Grain: one row per sound row of the input `erasure_requests`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_erasure_requests_checked") }}

),

final as (

    select
        user_id,
        requested_at
    from checked
    where row_status = 'kept'

)

select * from final
