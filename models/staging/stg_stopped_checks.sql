-- Grain: one row per check that stops the build: none, or nothing below is built.
{{ config(materialized="view") }}
with

final as (

    select
        check_name,
        input_name,
        message
    from {{ ref("precision_marketing", "stg_input_health") }}
    where outcome = 'stopped'

)

select * from final
