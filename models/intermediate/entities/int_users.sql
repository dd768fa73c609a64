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

    select user_id from users
    union
    select user_id from {{ ref("precision_marketing", "stg_events") }}

),

final as (

    select
        cast(
            row_number() over (order by known_users.user_id) - 1 as integer
        ) as user_index,
        known_users.user_id,
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
    from known_users
    left join users on known_users.user_id = users.user_id
    left join unread_users on known_users.user_id = unread_users.user_id
    cross join broken_lines

)

select * from final
