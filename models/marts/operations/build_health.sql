-- Grain: one row per check and input.
with

final as (

    -- Not below `stg_stopped_checks`: a stopped build says here what stopped it.
    select * from {{ ref("precision_marketing", "stg_input_health") }}

)

select * from final
