-- Grain: one row per holdout (a campaign's, or `(all)`: the global one) and user drawn.
-- A draw that was published is for good, so that another share divides only who is new.
-- Another salt is another draw.
{% set memory = precision_marketing.remembered_rows() %}
{% set salt = precision_marketing.holdout_salt() %}
{% set global_share = precision_marketing.setting(
    "audiences", "global_holdout_share") %}
with

as_of as (

    select * from {{ ref("precision_marketing", "int_audience_as_of") }}
    where as_of_at is not null

),

users as (

    select * from {{ ref("precision_marketing", "int_users") }}

),

rules as (

    select * from {{ ref("precision_marketing", "int_audience_rules") }}

),

-- The global draw is of everybody, a campaign's of whom nothing else keeps from it.
drawn_now as (

    select
        '(all)' as campaign_id,
        user_id,
        {{ precision_marketing.is_held_out(
            salt, "user_id", global_share
        ) }} as is_held_out
    from users
    union all
    select
        campaign_id,
        user_id,
        is_campaign_holdout as is_held_out
    from rules
    where exclusion_reason is null and not is_control

),

{% if memory %}
-- What was drawn at this time or later is drawn anew: a second build on the same input
-- changes nothing. Who was erased is in no row.
earlier as (

    select
        rows_before.campaign_id,
        rows_before.user_id,
        rows_before.is_held_out,
        rows_before.drawn_at
    from {{ memory }} as rows_before
    cross join as_of
    inner join users on rows_before.user_id = users.user_id
    where rows_before.drawn_at < as_of.as_of_at and rows_before.salt = {{ salt }}

),

{% else %}
earlier as (

    select
        drawn_now.*,
        cast(null as timestamp) as drawn_at
    from drawn_now
    where 1 = 0

),

{% endif %}
final as (

    select
        coalesce(earlier.campaign_id, drawn_now.campaign_id) as campaign_id,
        coalesce(earlier.user_id, drawn_now.user_id) as user_id,
        coalesce(earlier.is_held_out, drawn_now.is_held_out) as is_held_out,
        -- False: what another share, or a reason against the user, would have changed.
        earlier.is_held_out is null
        or coalesce(earlier.is_held_out = drawn_now.is_held_out, false)
            as is_todays_draw,
        coalesce(earlier.drawn_at, as_of.as_of_at) as drawn_at,
        {{ salt }} as salt
    from drawn_now
    full outer join earlier
        on drawn_now.campaign_id = earlier.campaign_id
        and drawn_now.user_id = earlier.user_id
    left join as_of on true

)

select * from final
