-- Grain: one row per request for erasure that a build was ever given.
{% set inputs = precision_marketing.input_contract() %}
with

suppressed_users as (

    select * from {{ ref("precision_marketing", "stg_suppressed_users") }}

),

matches as (

    select * from {{ ref("precision_marketing", "stg_erasure_matches") }}

),

erased_rows as (

    select
        {% for input_name in inputs if precision_marketing.is_about_users(input_name) %}
        sum(case when input_name = '{{ input_name }}' then row_count end)
            as {{ input_name }}_row_count,
        {% endfor %}
        user_hash
    from {{ ref("precision_marketing", "stg_erased_rows") }}
    group by user_hash

),

final as (

    select
        suppressed_users.request_number,
        suppressed_users.requested_at,
        case
            when suppressed_users.readmitted_at is not null then 'readmitted'
            when matches.request_number is null then 'matches nobody'
            else 'erased'
        end as outcome,
        {% for input_name in inputs if precision_marketing.is_about_users(input_name) %}
        cast(coalesce(erased_rows.{{ input_name }}_row_count, 0) as bigint)
            as {{ input_name }}_row_count,
        {% endfor %}
        suppressed_users.build_id as listing_build_id,
        matches.build_id as erasing_build_id,
        -- By `confirm_erasures`, when the last table is written.
        cast(null as bigint) as checked_relation_count,
        cast(null as bigint) as holding_relation_count
    from suppressed_users
    left join matches on suppressed_users.request_number = matches.request_number
    left join erased_rows
        on suppressed_users.user_hash = erased_rows.user_hash
        and suppressed_users.readmitted_at is null

)

select * from final
