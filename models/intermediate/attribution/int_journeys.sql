-- Grain: one row per journey: a conversion, or a touched user who never converted.
-- Which of the user's touches belong to it is found in one ordered pass over touches,
-- window starts and ends: no journey is paired with every touch of its user.
{% set lookback_days = precision_marketing.setting("attribution", "lookback_days") %}
{% set kept_touches = precision_marketing.setting("attribution", "path_touches") %}
{% set ends_at_orders = precision_marketing.setting(
    "attribution", "journeys_end_at_orders") %}
with

journey_ends as (

    select * from {{ ref("precision_marketing", "int_journey_ends") }}

),

timeline as (

    select
        user_id,
        touched_at as happened_at,
        -- At one instant: starts of windows, touches, ends. Both ends are included.
        2 as event_order,
        touch_number,
        cast(null as boolean) as is_converted,
        cast(null as {{ precision_marketing.kind_type("text") }}) as journey_id
    from {{ ref("precision_marketing", "int_path_touches") }}

    union all

    {% set started_at = "ended_at - " ~ lookback_days ~ " * interval '1' day" %}
    {% for event_order, happened_at in [(1, started_at), (3, "ended_at")] %}
    select
        user_id,
        {{ happened_at }} as happened_at,
        {{ event_order }} as event_order,
        0 as touch_number,
        is_converted,
        journey_id
    from journey_ends
    {{ "union all" if not loop.last }}
    {% endfor %}

),

passed as (

    select
        user_id,
        happened_at,
        is_converted,
        journey_id,
        event_order,
        max(touch_number) over (
            partition by user_id
            order by happened_at, event_order
            range between unbounded preceding and current row
        ) as touch_number
    from timeline

),

bounds as (

    select
        is_converted,
        journey_id,
        max(case when event_order = 3 then touch_number end) as last_touch_number,
        -- Orders of one instant share their touches: only an earlier one takes them.
        greatest(
            max(case when event_order = 1 then touch_number end),
            {{ precision_marketing.largest_before(
                "max(touch_number)", "user_id", "max(happened_at)"
            ) if ends_at_orders else 0 }}
        ) as number_before
    from passed
    where journey_id is not null
    group by user_id, is_converted, journey_id

),

final as (

    select
        journey_ends.is_converted,
        journey_ends.journey_id,
        journey_ends.user_id,
        journey_ends.ended_at,
        journey_ends.revenue_amount,
        bounds.last_touch_number,
        bounds.last_touch_number - bounds.number_before as window_touch_count,
        least(bounds.last_touch_number - bounds.number_before, {{ kept_touches }})
            as touch_count
    from journey_ends
    inner join bounds
        on journey_ends.is_converted = bounds.is_converted
        and journey_ends.journey_id = bounds.journey_id

)

select * from final
