-- Grain: one row per input of the contract: what became of its rows, erased ones apart.
with

{% set contract = precision_marketing.input_contract() %}
fates as (

    {% for input_name in contract %}
    select
        '{{ input_name }}' as input_name,
        row_status,
        rejection_reason,
        count(*) as row_count
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    group by row_status, rejection_reason
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

inputs as (

    {% for input_name, facts in contract.items() %}
    select
        '{{ input_name }}' as input_name,
        {{ facts["is_required"] | lower }} as is_required
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

sums as (

    select
        input_name,
        sum(row_count) as rows_given,
        sum(case when row_status = 'kept' then row_count end) as rows_kept,
        sum(case when row_status = 'rejected' then row_count end) as rows_rejected,
        sum(case when row_status = 'duplicate' then row_count end) as rows_duplicate
    from fates
    group by input_name

),

reasons as (

    select
        input_name,
        rejection_reason,
        row_number() over (
            partition by input_name
            order by row_count desc, rejection_reason
        ) as reason_rank
    from fates
    where row_status = 'rejected'

),

final as (

    select
        inputs.input_name,
        inputs.is_required,
        cast(coalesce(sums.rows_given, 0) as bigint) as rows_given,
        cast(coalesce(sums.rows_kept, 0) as bigint) as rows_kept,
        cast(coalesce(sums.rows_rejected, 0) as bigint) as rows_rejected,
        cast(coalesce(sums.rows_duplicate, 0) as bigint) as rows_duplicate,
        reasons.rejection_reason as main_rejection_reason
    from inputs
    left join sums on inputs.input_name = sums.input_name
    left join reasons
        on inputs.input_name = reasons.input_name
        and reasons.reason_rank = 1

)

select * from final
