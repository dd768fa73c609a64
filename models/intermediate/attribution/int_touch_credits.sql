-- Grain: one row per conversion and touch of its path; a conversion without a touch has
-- one row, of channel `(none)`.
-- Running shares are rounded, not the parts: the roundings cancel, so that credits add
-- up to 1 and credited revenue to the order's, exactly.
{% set credit = precision_marketing.kind_type("credit") %}
{% set amount = precision_marketing.kind_type("amount") %}
{% set models = precision_marketing.path_models() %}

with

touch_weights as (

    select * from {{ ref("int_touch_weights") }}

),

journeys as (

    select * from {{ ref("int_journeys") }}

),

shares as (

    select
        *,
        {% for model in models %}
            cast(
                sum({{ model }}_weight) over (
                    partition by conversion_id
                    order by touch_position
                    rows between unbounded preceding and current row
                ) - {{ model }}_weight as double
            ) / cast(
                sum({{ model }}_weight) over (partition by conversion_id) as double
            ) as {{ model }}_before,
            cast(
                sum({{ model }}_weight) over (
                    partition by conversion_id
                    order by touch_position
                    rows between unbounded preceding and current row
                ) as double
            ) / cast(
                sum({{ model }}_weight) over (partition by conversion_id) as double
            ) as {{ model }}_until
            {{- "," if not loop.last }}
        {% endfor %}
    from touch_weights

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
        touched_at,
        {% for model in models %}
            cast({{ model }}_until as {{ credit }})
            - cast({{ model }}_before as {{ credit }}) as {{ model }}_credit,
            cast(revenue_amount * {{ model }}_until as {{ amount }})
            - cast(revenue_amount * {{ model }}_before as {{ amount }})
                as {{ model }}_revenue_amount
            {{- "," if not loop.last }}
        {% endfor %}
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
        cast(null as timestamp) as touched_at,
        {% for model in models %}
            cast(1 as {{ credit }}) as {{ model }}_credit,
            revenue_amount as {{ model }}_revenue_amount
            {{- "," if not loop.last }}
        {% endfor %}
    from journeys
    where is_converted and touch_count = 0

)

select * from final
