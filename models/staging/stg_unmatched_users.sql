-- Grain: one row per input that names users beside the events: how many have no event.
with

event_users as (

    select distinct user_id
    from {{ ref("precision_marketing", "stg_events_checked") }}
    where row_status = 'kept'

),

-- Rows of the erased are counted where the inputs are read, by their hashes.
known_users as (

    select user_id from event_users
    union all
    select user_hash as user_id
    from {{ ref("precision_marketing", "stg_erased_rows") }}
    where input_name = 'events'

),

named_users as (

    {% for input_name in ["users", "campaign_assignments", "campaign_touches"] %}
    select distinct
        '{{ input_name }}' as input_name,
        user_id,
        {{ precision_marketing.id_shape("user_id") }} as user_id_shape
    from {{ ref("precision_marketing", "stg_" ~ input_name ~ "_checked") }}
    where row_status = 'kept'
    union all
    {% endfor %}
    -- No id is kept of these.
    select
        'erasure_requests' as input_name,
        user_hash as user_id,
        user_id_shape
    from {{ ref("precision_marketing", "stg_erasure_requests") }}
    union all
    select
        'events' as input_name,
        user_id,
        {{ precision_marketing.id_shape("user_id") }} as user_id_shape
    from event_users

),

-- What ids look like, without saying whose they are.
ranked_shapes as (

    select
        input_name,
        user_id_shape,
        row_number() over (
            partition by input_name
            order by count(*) desc, user_id_shape
        ) as shape_rank
    from named_users
    group by input_name, user_id_shape

),

counted as (

    select
        named_users.input_name,
        count(*) as user_count,
        count(*) - count(known_users.user_id) as unmatched_user_count
    from named_users
    left join known_users on named_users.user_id = known_users.user_id
    where named_users.input_name <> 'events'
    group by named_users.input_name

),

final as (

    select
        counted.input_name,
        counted.user_count,
        counted.unmatched_user_count,
        1e0 * counted.unmatched_user_count / counted.user_count as unmatched_share,
        named_shapes.user_id_shape,
        event_shapes.user_id_shape as event_user_id_shape
    from counted
    inner join ranked_shapes as named_shapes
        on counted.input_name = named_shapes.input_name
        and named_shapes.shape_rank = 1
    left join ranked_shapes as event_shapes
        on event_shapes.input_name = 'events'
        and event_shapes.shape_rank = 1

)

select * from final
