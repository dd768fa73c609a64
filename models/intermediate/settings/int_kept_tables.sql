-- Grain: one row per table that holds what was learned, and whether its rows of the
-- windows before `serve`, or all, are of the same inputs as those of this build.
{% set learns_later = precision_marketing.learns_later() %}
with

{% if learns_later %}
learned_from as (

    select {{ precision_marketing.learned_fingerprint() }} as fingerprint

),

tables as (

    {% for name in precision_marketing.kept_tables() %}
    select '{{ name }}' as table_name
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

made as (

    {% if precision_marketing.keeps_tables() and not flags.FULL_REFRESH %}
    select * from {{ precision_marketing.learned_tables() }}
    {% else %}
    select
        table_name,
        '' as fingerprint
    from tables
    {% endif %}

),

{% endif %}
final as (

    {% if learns_later %}
    select
        tables.table_name,
        learned_from.fingerprint,
        coalesce(made.fingerprint = learned_from.fingerprint, false) as is_kept
    from tables
    cross join learned_from
    left join made on tables.table_name = made.table_name
    {% else %}
    select
        cast(null as {{ precision_marketing.kind_type("text") }}) as table_name,
        cast(null as {{ precision_marketing.kind_type("text") }}) as fingerprint,
        false as is_kept
    where false
    {% endif %}

)

select * from final
