-- Grain: one row per campaign: how far the data reach into it, and what a look at it
-- takes. Looks are thought of as daily, at equal shares of the planned time, whichever
-- of them were taken.
{# Of the seed: longer campaigns have looks of more than a day. #}
{% set most_looks = 60 %}
{# A day counts as looked at once so much of it, in days, is at most left. #}
{% set rest_of_day = "0.25e0" %}
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

events as (

    select max(occurred_at) as data_until
    from {{ ref("precision_marketing", "int_events") }}

),

boundaries as (

    select * from {{ ref("precision_marketing", "interim_boundaries") }}

),

{% set planned = precision_marketing.days_between(
    "campaigns.started_at", "campaigns.ended_at") %}
{% set elapsed = precision_marketing.days_between(
    "campaigns.started_at", "events.data_until") %}
elapsed as (

    select
        campaigns.campaign_id,
        -- Who gives no end is never running: nothing says when it would be over.
        coalesce(events.data_until < campaigns.ended_at, false) as is_running,
        nullif({{ planned }}, 0e0) as planned_days,
        case
            when {{ elapsed }} < 0e0 then 0e0
            when {{ elapsed }} > {{ planned }} then {{ planned }}
            else {{ elapsed }}
        end as elapsed_days
    from campaigns
    cross join events

),

looks as (

    select
        *,
        least({{ most_looks }}, cast(ceil(planned_days) as integer)) as look_count,
        elapsed_days / planned_days as elapsed_share
    from elapsed

),

final as (

    select
        looks.campaign_id,
        looks.is_running,
        looks.elapsed_share,
        boundaries.boundary_z as interim_boundary_z,
        2e0 * {{ precision_marketing.normal_upper_tail("boundaries.boundary_z") }}
            as interim_boundary_p
    from looks
    left join boundaries
        on looks.look_count = boundaries.look_count
        and boundaries.look = least(looks.look_count, cast(floor(
            (looks.elapsed_days + {{ rest_of_day }}) / looks.planned_days
            * looks.look_count
        ) as integer))

)

select * from final
