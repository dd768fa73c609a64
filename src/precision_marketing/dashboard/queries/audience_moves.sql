-- How many came onto each list and left it, by week.
with

moves as (

    select campaign_id, entered_at as moved_at, 1 as entered, 0 as exited
    from marts.audience_history
    union all
    select campaign_id, exited_at, 0, 1
    from marts.audience_history
    where exited_at is not null

)

select
    campaign_id, date_trunc('week', moved_at)::date as week_start_date,
    sum(entered) as entered_user_count, sum(exited) as exited_user_count
from moves
group by campaign_id, week_start_date
order by campaign_id, week_start_date
