-- Grain: one row: the time at which audiences are made, from the data or the var.
-- Never the clock of the machine: the same input gives the same audiences.
{# Of a day that was named its end. #}
{% set as_of_at = "cast('" ~ var("as_of") ~ "' as timestamp) + interval '1' day"
    if var("as_of") else "max(happened_at)" %}
with

dated as (

    select max(occurred_at) as happened_at
    from {{ ref("int_events") }}
    union all
    select max(touched_at) as happened_at
    from {{ ref("stg_campaign_touches") }}

),

final as (

    select {{ as_of_at }} as as_of_at
    from dated

)

select * from final
