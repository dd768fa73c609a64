-- Grain: one row per path: channels in the order in which they touched a user.
{% set lookback_days = precision_marketing.setting("attribution", "lookback_days") %}
with

journey_paths as (

    select * from {{ ref("precision_marketing", "int_journey_paths") }}

),

paths as (

    select
        path_steps,
        max(step_count) as step_count,
        max(channel_count) as channel_count,
        count(*) filter (where is_converted) as conversion_count,
        count(*) filter (where not is_converted) as unconverted_user_count,
        sum(touch_count) as touch_count,
        sum(case when is_converted then revenue_amount end) as revenue_amount,
        {{ precision_marketing.exact_mean(
            "case when is_converted then duration_days end"
        ) }} as average_days_to_conversion
    from journey_paths
    -- By the list: the name of one channel may read like two.
    group by path_steps

),

final as (

    select
        {{ precision_marketing.joined_list("path_steps", " > ") }} as path,
        path_steps,
        step_count,
        channel_count,
        conversion_count,
        unconverted_user_count,
        1e0 * conversion_count
        / nullif(conversion_count + unconverted_user_count, 0) as converted_path_share,
        cast(touch_count as bigint) as touch_count,
        -- Nobody converted: zero. Somebody did, at prices nobody gave: unknown.
        cast(
            case when conversion_count > 0 then revenue_amount else 0 end
            as {{ precision_marketing.kind_type("amount") }}
        ) as revenue_amount,
        average_days_to_conversion,
        cast({{ lookback_days }} as integer) as lookback_days
    from paths

)

select * from final
