-- Grain: one row per conversion and touch of its path; a conversion without a touch has
-- one row, of channel `(none)`.
-- Running shares are rounded, not the parts: the roundings cancel, so that credits add
-- up to 1 and credited revenue to the order's, exactly.
{% set credit = precision_marketing.kind_type("credit") %}
{% set amount = precision_marketing.kind_type("amount") %}
{% set models = precision_marketing.path_models() %}

with

-- Sums of exact decimals, up to and with the touch and over the whole path.
sums as (

    select
        {% for model in models %}
        sum({{ model }}_weight) over (
            partition by conversion_id
            order by touch_position
            rows between unbounded preceding and current row
        ) as {{ model }}_running,
        sum({{ model }}_weight) over (partition by conversion_id) as {{ model }}_total,
        {% endfor %}
        *
    from {{ ref("precision_marketing", "int_touch_weights") }}

),

shares as (

    select
        {% for model in models %}
        cast({{ model }}_running - {{ model }}_weight as double)
        / cast({{ model }}_total as double) as {{ model }}_before,
        cast({{ model }}_running as double)
        / cast({{ model }}_total as double) as {{ model }}_until,
        {% endfor %}
        *
    from sums

),

final as (

    select
        conversion_id,
        user_id,
        converted_at,
        revenue_amount,
        window_touch_count,
        touch_count,
        touch_position,
        touch_id,
        campaign_id,
        channel,
        touch_type,
        {% for model in models %}
        {{ precision_marketing.decimal_of(model ~ "_until", credit) }}
        - {{ precision_marketing.decimal_of(model ~ "_before", credit) }}
            as {{ model }}_credit,
        {% for end in ["until", "before"] %}
        {{ "- " if end == "before" }}
        {{- precision_marketing.decimal_of(
            "revenue_amount * " ~ model ~ "_" ~ end, amount
        ) }}
        {%- endfor %}
            as {{ model }}_revenue_amount,
        {% endfor %}
        touched_at
    from shares

    union all

    select
        journey_id as conversion_id,
        user_id,
        ended_at as converted_at,
        revenue_amount,
        window_touch_count,
        touch_count,
        0 as touch_position,
        cast(null as {{ precision_marketing.kind_type("text") }}) as touch_id,
        cast(null as {{ precision_marketing.kind_type("text") }}) as campaign_id,
        '(none)' as channel,
        cast(null as {{ precision_marketing.kind_type("text") }}) as touch_type,
        {% for model in models %}
        cast(1 as {{ credit }}) as {{ model }}_credit,
        revenue_amount as {{ model }}_revenue_amount,
        {% endfor %}
        cast(null as timestamp) as touched_at
    from {{ ref("precision_marketing", "int_journeys") }}
    where is_converted and touch_count = 0

)

select * from final
