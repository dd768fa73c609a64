-- Grain: one row: the days at which the label windows of `train` and `test` start, the
-- one before which all is learned, and the one that no event reached.
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

relearning as (

    {{ precision_marketing.relearning_evenings() }}

),

learned as (

    {{ precision_marketing.learning_dates("events", "daily", "relearning") }}

),

-- Share of those events before each day: the history that a boundary there would leave.
days as (

    select
        daily.event_date,
        1e0 * (
            sum(daily.event_count) over (order by daily.event_date)
            - daily.event_count
        ) / sum(daily.event_count) over () as history_share
    from daily
    inner join learned on daily.event_date < learned.learned_before

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
        (select max(train.event_date) from train_boundary as train)
            as train_labels_start_on,
        (select max(test.event_date) from test_boundary as test)
            as test_labels_start_on,
        learned.learned_before,
        learned.day_after_events
    from learned

)

select * from final
