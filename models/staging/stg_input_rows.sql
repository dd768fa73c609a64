-- Grain: one row per input: rows read and rows erased, counted on the input itself.
with

erased_rows as (

    select * from {{ ref("precision_marketing", "stg_erased_rows") }}

),

counted as (

    {% for input_name in precision_marketing.input_contract() %}
    select
        '{{ input_name }}' as input_name,
        {{ precision_marketing.counted_rows(input_name) }} as rows_read
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

erased as (

    select
        input_name,
        sum(row_count) as row_count,
        count(*) as user_count
    from erased_rows
    group by input_name

),

final as (

    select
        counted.input_name,
        counted.rows_read,
        cast(coalesce(erased.row_count, 0) as bigint) as rows_erased,
        coalesce(erased.user_count, 0) as erased_user_count
    from counted
    left join erased on counted.input_name = erased.input_name

)

select * from final
