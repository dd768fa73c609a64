-- Grain: one row per check and input.
-- Not below `stg_stopped_checks`: a stopped build says here what stopped it.
with

final as (

    select
        check_name,
        input_name,
        measured,
        unit,
        warns_above,
        stops_above,
        outcome,
        message
    from {{ ref("precision_marketing", "stg_input_health") }}

)

select * from final
