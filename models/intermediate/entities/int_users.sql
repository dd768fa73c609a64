-- Grain: one row per user who is in `users` or has a sound event.
{% set unknown_is_given = precision_marketing.setting("privacy", "unknown_consent")
    == "given" %}
with

users as (

    select * from {{ ref("precision_marketing", "stg_users") }}

),

-- What a rejected row says of consent cannot be read: it may be a no.
unread_users as (

    select distinct user_id
    from {{ ref("precision_marketing", "stg_users_checked") }}
    where row_status = 'rejected' and user_id is not null

),

-- Of a line that cannot be split nobody knows whose no it may be.
broken_lines as (

    select count(*) as line_count
    from {{ ref("precision_marketing", "stg_broken_records") }}
    where input_name = 'users'

),

known_users as (

    select
        user_id,
        min(known_at) as known_at
    from (
        select
            user_id,
            signed_up_at as known_at
        from users
        union all
        select
            user_id,
            occurred_at as known_at
        from {{ ref("precision_marketing", "stg_events") }}
    ) as mentions
    group by user_id

),

learned as (

    select
        known_users.user_id,
        {{ precision_marketing.is_learned("known_users.known_at") }} as is_learned
    from known_users
    {% if precision_marketing.learns_later() %}
    cross join {{ ref("precision_marketing", "int_time_boundaries") }} as boundaries
    {% endif %}

),

final as (

    select
        -- Who is learned from stands first, so that a newcomer moves nobody.
        cast(
            row_number() over (
                order by learned.is_learned desc, learned.user_id
            ) - 1 as integer
        ) as user_index,
        learned.user_id,
        learned.is_learned,
        -- Unknown counts as given unless the setting says otherwise: data without a
        -- `users` input have no such column.
        {% for purpose in ["email", "ads", "profiling"] %}
        coalesce(
            users.has_{{ purpose }}_consent,
            {{ "unread_users.user_id is null and broken_lines.line_count = 0"
                if unknown_is_given else "false" }}
        ) as has_{{ purpose }}_consent,
        {% endfor %}
        users.signed_up_at,
        users.country,
        users.attributes
    from learned
    left join users on learned.user_id = users.user_id
    left join unread_users on learned.user_id = unread_users.user_id
    cross join broken_lines

)

select * from final
