-- Grain: one row per sound row of the input `users`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_users_checked") }}

),

final as (

    select
        user_id,
        signed_up_at,
        country,
        attributes,
        has_email_consent,
        has_ads_consent,
        has_profiling_consent
    from checked
    where row_status = 'kept'

)

select * from final
