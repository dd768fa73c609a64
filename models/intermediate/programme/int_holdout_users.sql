-- Grain: one row per holdout and user drawn for it: held out or not, and when measured.
-- All who were drawn, whatever became of them: intention to treat.
{% set started_on = precision_marketing.setting("audiences", "holdout_started_on") %}
with

draws as (

    select * from {{ ref("precision_marketing", "int_holdout_draws") }}

),

first_events as (

    select
        user_id,
        min(occurred_at) as first_event_at
    from {{ ref("precision_marketing", "int_events") }}
    group by user_id

),

final as (

    select
        'programme' as holdout_kind,
        draws.campaign_id,
        draws.user_id,
        draws.is_held_out,
        {% if started_on %}
        -- Nobody is treated before the shop knows the user.
        greatest(
            {{ precision_marketing.day_start("'" ~ started_on ~ "'") }},
            least(users.signed_up_at, first_events.first_event_at)
        ) as measured_from,
        {% else %}
        draws.drawn_at as measured_from,
        {% endif %}
        cast(null as timestamp) as measured_until
    from draws
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on draws.user_id = users.user_id
    -- Read where a day is set, and joined always: dbt's graph does not hang on it.
    left join first_events on draws.user_id = first_events.user_id  -- noqa: ST11
    where draws.campaign_id = '(all)'

    union all

    select
        'campaign' as holdout_kind,
        draws.campaign_id,
        draws.user_id,
        draws.is_held_out,
        greatest(draws.drawn_at, campaigns.started_at) as measured_from,
        campaigns.ended_at as measured_until
    from draws
    inner join {{ ref("precision_marketing", "int_campaigns") }} as campaigns
        on draws.campaign_id = campaigns.campaign_id
    -- Who is held out of everything is treated by no campaign, drawn or not.
    inner join draws as global_draws
        on draws.user_id = global_draws.user_id
        and global_draws.campaign_id = '(all)'
    where not global_draws.is_held_out

    union all

    select
        'assignment' as holdout_kind,
        campaign_id,
        user_id,
        is_control as is_held_out,
        measured_from,
        measured_until
    from {{ ref("precision_marketing", "int_campaign_measurements") }}

)

select * from final
