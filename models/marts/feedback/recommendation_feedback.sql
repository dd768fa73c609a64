-- Grain: one row per scorer, reason, rank and channel of what was recommended.
-- Users are the sample, not impressions: ratios have errors clustered by user.
with

sums as (

    select * from {{ ref("precision_marketing", "int_recommendation_feedback_sums") }}

),

rates as (

    select
        *,
        1e0 * ctr_click_count / nullif(impression_count, 0) as ctr,
        -- Without any click the spread of clicks is not zero but not yet seen.
        case
            when ctr_click_count > 0
                then {{ precision_marketing.ratio_standard_error(
                    "seeing_user_count", "impression_count", "ctr_click_count",
                    "squared_impression_count", "impression_click_count",
                    "squared_ctr_click_count"
                ) }}
        end as ctr_standard_error,
        1e0 * conversion_count / nullif(click_count, 0) as cvr,
        case
            when conversion_count > 0
                then {{ precision_marketing.ratio_standard_error(
                    "responding_user_count", "click_count", "conversion_count",
                    "squared_click_count", "click_conversion_count",
                    "squared_conversion_count"
                ) }}
        end as cvr_standard_error
    from sums

),

final as (

    select
        scorer,
        reason_code,
        recommendation_rank,
        channel,
        cast(recommendation_count as bigint) as recommendation_count,
        cast(user_count as bigint) as user_count,
        cast(clicking_user_count as bigint) as clicking_user_count,
        cast(converting_user_count as bigint) as converting_user_count,
        cast(clicking_converting_user_count as bigint)
            as clicking_converting_user_count,
        cast(impression_count as bigint) as impression_count,
        cast(click_count as bigint) as click_count,
        cast(ctr_click_count as bigint) as ctr_click_count,
        cast(conversion_count as bigint) as conversion_count,
        -- Nobody bought: zero. Somebody did, at prices nobody gave: unknown.
        cast(
            case when conversion_count > 0 then revenue_amount else 0 end
            as {{ precision_marketing.kind_type("amount") }}
        ) as revenue_amount,
        ctr,
        {{ precision_marketing.clustered_ratio_bound(
            "ctr", "ctr_standard_error", "seeing_user_count", "-"
        ) }} as ctr_lower,
        {{ precision_marketing.clustered_ratio_bound(
            "ctr", "ctr_standard_error", "seeing_user_count", "+"
        ) }} as ctr_upper,
        cvr,
        {{ precision_marketing.clustered_ratio_bound(
            "cvr", "cvr_standard_error", "responding_user_count", "-"
        ) }} as cvr_lower,
        {{ precision_marketing.clustered_ratio_bound(
            "cvr", "cvr_standard_error", "responding_user_count", "+"
        ) }} as cvr_upper,
        1e0 * clicking_converting_user_count / nullif(clicking_user_count, 0)
            as user_cvr,
        {{ precision_marketing.wilson_lower(
            "clicking_converting_user_count", "clicking_user_count"
        ) }} as user_cvr_lower,
        {{ precision_marketing.wilson_upper(
            "clicking_converting_user_count", "clicking_user_count"
        ) }} as user_cvr_upper
    from rates

)

select * from final
