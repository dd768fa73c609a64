-- Grain: one row per input that names users beside the events: how many have no event.
{% set inputs = ["users", "campaign_assignments", "campaign_touches"] %}
with

event_users as (

    select distinct user_id from {{ ref("precision_marketing", "stg_events") }}

),

erasure_counts as (

    -- Rows of erased users are counted where the inputs are read, and nowhere else.
    select max(erased_user_count) as erased_user_count
    from {{ ref("precision_marketing", "stg_input_rows") }}
    where input_name = 'events'

),

named_users as (

    {% for input_name in inputs %}
    select distinct
        '{{ input_name }}' as input_name,
        user_id
    from {{ ref("precision_marketing", "stg_" ~ input_name) }}
    union all
    {% endfor %}
    select
        'erasure_requests' as input_name,
        user_id
    from {{ ref("precision_marketing", "stg_erasure_requests") }}

),

{# What ids look like, without saying whose they are. #}
{% set shapes = {"event": "event_users", "named": "named_users"} %}
{% for side, users in shapes.items() %}
{% set input = "input_name" if side == "named" else "'events'" %}
{{ side }}_shapes as (

    select
        {{ input }} as input_name,
        {{ precision_marketing.id_shape("user_id") }} as user_id_shape,
        count(*) as shape_count
    from {{ users }}
    group by {{ input }}, {{ precision_marketing.id_shape("user_id") }}

),

commonest_{{ side }}_shapes as (

    select
        input_name,
        user_id_shape
    from {{ side }}_shapes
    qualify row_number() over (
        partition by input_name
        order by shape_count desc, user_id_shape
    ) = 1

),

{% endfor %}
counted as (

    select
        named_users.input_name,
        count(*) as user_count,
        case
            when named_users.input_name = 'erasure_requests'
                then count(*) - coalesce(max(erasure_counts.erased_user_count), 0)
            else count(*) - count(event_users.user_id)
        end as unmatched_user_count
    from named_users
    cross join erasure_counts
    left join event_users on named_users.user_id = event_users.user_id
    group by named_users.input_name

),

final as (

    select
        counted.input_name,
        counted.user_count,
        counted.unmatched_user_count,
        1e0 * counted.unmatched_user_count / counted.user_count as unmatched_share,
        commonest_named_shapes.user_id_shape,
        commonest_event_shapes.user_id_shape as event_user_id_shape
    from counted
    inner join commonest_named_shapes
        on counted.input_name = commonest_named_shapes.input_name
    left join commonest_event_shapes on true

)

select * from final
