-- Grain: one row: the time at which audiences are made, from the data or the var.
-- Never the clock of the machine: the same input gives the same audiences.
{% set day = precision_marketing.setting("input_checks", "as_of") %}
{% set as_of = "'" ~ day ~ "'" if day else "null" %}
with

dated as (

    select max(occurred_at) as happened_at
    from {{ ref("precision_marketing", "int_events") }}
    union all
    select max(touched_at) as happened_at
    from {{ ref("precision_marketing", "stg_campaign_touches") }}

),

final as (

    select
        -- Of a day that was named its end.
        coalesce(
            cast({{ as_of }} as timestamp) + interval '1' day, max(happened_at)
        ) as as_of_at
    from dated

)

select * from final
