-- Grain: one row: the time at which audiences are made, from the data or the var.
-- Never the clock of the machine: the same input gives the same audiences.
with

dated as (

    select max(occurred_at) as happened_at
    from {{ ref("int_events") }}
    union all
    select max(touched_at) as happened_at
    from {{ ref("stg_campaign_touches") }}

),

final as (

    select
        {% if var("as_of") %}
        -- The end of that day.
        cast('{{ var("as_of") }}' as timestamp) + interval '1' day as as_of_at
        {% else %}
        max(happened_at) as as_of_at
        {% endif %}
    from dated

)

select * from final
