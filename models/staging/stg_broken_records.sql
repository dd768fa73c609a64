-- Grain: one row per record of a CSV file that is not split into cells.
{{ config(materialized="view") }}
with

{% set text_type = precision_marketing.kind_type("text") %}
broken as (

    {% if precision_marketing.reads_files() %}
    select
        input_name,
        file_name,
        line_number,
        broken_reason as rejection_reason
    from {{ ref("precision_marketing", "csv_records") }}
    where broken_reason is not null
    {% else %}
    select
        cast(null as {{ text_type }}) as input_name,
        cast(null as {{ text_type }}) as file_name,
        cast(null as bigint) as line_number,
        cast(null as {{ text_type }}) as rejection_reason
    where 1 = 0
    {% endif %}

),

final as (

    select
        input_name,
        file_name,
        line_number,
        rejection_reason
    from broken

)

select * from final
