-- Grain: one row per user and held-out item, where no day divides the events usefully.
{% set share = precision_marketing.setting("windows", "holdout_share") %}
{% set learned_until = precision_marketing.day_start("boundaries.learned_before") %}
{% set test_starts_at = precision_marketing.day_start(
    "boundaries.test_labels_start_on") %}
with

events as (

    select * from {{ ref("precision_marketing", "stg_events") }}

),

event_types as (

    select * from {{ ref("precision_marketing", "int_event_types") }}

),

boundaries as (

    select * from {{ ref("precision_marketing", "int_time_boundaries") }}

),

target_pairs as (

    select distinct
        events.user_id,
        events.item_id,
        boundaries.test_labels_start_on is null as is_test_held_out
    from events
    inner join event_types on events.event_type = event_types.event_type
    cross join boundaries
    where boundaries.train_labels_start_on is null
        and events.occurred_at < {{ learned_until }}
        and (
            boundaries.test_labels_start_on is null
            or events.occurred_at < {{ test_starts_at }}
        )
        and event_types.is_target
        and events.is_known_item

),

-- A hash decides, so that the choice depends on nothing but the ids.
ordered as (

    select
        *,
        row_number() over (
            partition by user_id
            order by md5(user_id || ':' || item_id), item_id
        ) as hash_rank,
        count(*) over (partition by user_id) as item_count
    from target_pairs

),

test_counts as (

    select
        *,
        case
            when is_test_held_out and item_count >= 2
                then greatest(1, round(item_count * {{ share }}))
            else 0
        end as test_count
    from ordered

),

train_counts as (

    select
        *,
        case
            when item_count - test_count >= 2
                then greatest(1, round((item_count - test_count) * {{ share }}))
            else 0
        end as train_count
    from test_counts

),

final as (

    select
        user_id,
        item_id,
        case when hash_rank <= test_count then 2 else 1 end as time_slice
    from train_counts
    where hash_rank <= test_count + train_count

)

select * from final
