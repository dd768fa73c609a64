-- Grain: one row: the days at which the label windows of `train` and `test` start, and
-- the one that no event reached.
{% set last_day = precision_marketing.shop_day("max(occurred_at)") %}
{% set label_share = precision_marketing.setting("windows", "label_share") %}
with

events as (

    select * from {{ ref("precision_marketing", "stg_events") }}

),

-- What is learned and judged is divided: other events have no item of the catalogue.
daily as (

    select
        {{ precision_marketing.shop_day("occurred_at") }} as event_date,
        count(*) as event_count
    from events
    where is_known_item
    group by {{ precision_marketing.shop_day("occurred_at") }}

),

-- Share of those events before each day: the history that a boundary there would leave.
days as (

    select
        event_date,
        1e0 * (sum(event_count) over (order by event_date) - event_count)
        / sum(event_count) over () as history_share
    from daily

),

test_boundary as (

    {{ precision_marketing.label_boundary("days", "test_labels_start_on",
        "1 - " ~ label_share, "1 = 1") }}

),

train_boundary as (

    {{ precision_marketing.label_boundary("days", "train_labels_start_on",
        "(select max(history_share) from test_boundary) - " ~ label_share,
        "event_date < (select max(event_date) from test_boundary)") }}

),

-- Null means: no day divides the events usefully, so users' items are held out instead.
final as (

    select
        (select max(event_date) from train_boundary) as train_labels_start_on,
        (select max(event_date) from test_boundary) as test_labels_start_on,
        (select {{ last_day }} + interval '1' day from events) as day_after_events

)

select * from final
