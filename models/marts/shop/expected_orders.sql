-- Grain: one row per time window, user and item ordered on three days or more; a user's
-- orders of whatever items are the item `(any)`.
{% set as_of = precision_marketing.shop_day("history_ends_at") %}
with

-- `test` stands before its labels, so that what was expected can be compared with what
-- came; where no day divides the events it is left out.
windows as (

    select
        time_window,
        {{ as_of }} as as_of_date
    from {{ ref("precision_marketing", "int_time_windows") }}
    where time_window in ('test', 'serve')
    qualify time_window = 'serve' or {{ as_of }} < max({{ as_of }}) over ()

),

-- Several orders of one day are one.
order_days as (

    {% for item_id in ["lines.item_id", "'(any)'"] %}
    select distinct
        lines.user_id,
        {{ item_id }} as item_id,
        {{ precision_marketing.shop_day("lines.occurred_at") }} as order_date
    from {{ ref("precision_marketing", "int_order_lines") }} as lines
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on lines.user_id = users.user_id and users.has_profiling_consent
    where not lines.is_refund and {{ item_id }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}

),

gaps as (

    select
        windows.time_window,
        windows.as_of_date,
        order_days.*,
        {{ precision_marketing.days_between(
            "lag(order_days.order_date) over a_rhythm", "order_days.order_date"
        ) }} as gap_days,
        lead(order_days.order_date) over a_rhythm as next_date
    from order_days
    cross join windows
    window a_rhythm as (
        partition by windows.time_window, order_days.user_id, order_days.item_id
        order by order_days.order_date
    )

),

rhythms as (

    select
        time_window,
        as_of_date,
        user_id,
        item_id,
        count(*) as order_day_count,
        max(order_date) as last_order_date,
        median(gap_days) as median_gap_days,
        max(case when next_date >= as_of_date then next_date end) as next_order_date
    from gaps
    where order_date < as_of_date
    group by time_window, as_of_date, user_id, item_id
    having count(*) >= 3

),

final as (

    select
        time_window,
        user_id,
        item_id,
        as_of_date,
        order_day_count,
        last_order_date,
        median_gap_days,
        last_order_date + cast(ceil(median_gap_days) as integer) as expected_date,
        {{ precision_marketing.days_between("last_order_date", "as_of_date") }}
        / median_gap_days as elapsed_share,
        next_order_date
    from rhythms

)

select * from final
