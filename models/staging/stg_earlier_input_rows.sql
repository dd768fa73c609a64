-- Grain: one row per input of the last build of such a source that was not stopped.
{% set builds = precision_marketing.earlier_builds() %}
with

final as (

    {% if builds %}
    select
        input_name,
        rows_given
    from {{ builds }}
    where input_source = '{{ precision_marketing.input_source() }}'
    qualify row_number() over (
        partition by input_name
        order by built_at desc, build_id
    ) = 1
    {% else %}
    select
        cast(null as {{ precision_marketing.kind_type("text") }}) as input_name,
        cast(null as bigint) as rows_given
    where 1 = 0
    {% endif %}

)

select * from final
