-- Grain: one row: the days at which the label windows of `train` and `test` start, the
-- one before which all is learned, and the one that no event reached.
{% set last_day = precision_marketing.shop_day("max(occurred_at)") %}
{% set label_share = precision_marketing.setting("windows", "label_share") %}
{% set scheduled = precision_marketing.scheduled_day("last_days.last_date") %}
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

last_days as (

    select {{ last_day }} as last_date from events

),

-- The day on which a schedule last learned, of the last day alone: whoever builds all
-- at once learns from the same as who built each day. Before it less than half
-- happened: a shop that began this week learns each day.
learned as (

    select
        last_days.last_date + interval '1' day as day_after_events,
        case
            when
                2 * sum(
                    case
                        when daily.event_date < {{ scheduled }} then daily.event_count
                        else 0
                    end
                ) >= sum(daily.event_count)
                then {{ scheduled }}
            else last_days.last_date + 1
        end as learned_before
    from last_days
    left join daily on 1 = 1
    group by last_days.last_date

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
