-- Grain: one row per scorer, reason, rank and channel: sums over users, and of squares.
-- A user sees many recommendations, so each brings its sums once; the squares are for
-- the error of ratios clustered by user.
with

responses as (

    select * from {{ ref("precision_marketing", "int_recommendation_responses") }}

),

user_sums as (

    select
        scorer,
        reason_code,
        recommendation_rank,
        channel,
        user_id,
        count(*) as recommendation_count,
        sum(impression_count) as impression_count,
        sum(click_count) as click_count,
        -- Of what was not seen, or where nobody logs that, a click is of no impression.
        sum(case when impression_count > 0 then click_count else 0 end)
            as ctr_click_count,
        sum(conversion_count) as conversion_count,
        sum(revenue_amount) as revenue_amount
    from responses
    group by scorer, reason_code, recommendation_rank, channel, user_id

),

final as (

    select
        scorer,
        reason_code,
        recommendation_rank,
        channel,
        sum(recommendation_count) as recommendation_count,
        count(*) as user_count,
        count(*) filter (where impression_count > 0) as seeing_user_count,
        count(*) filter (where click_count > 0 or conversion_count > 0)
            as responding_user_count,
        count(*) filter (where click_count > 0) as clicking_user_count,
        count(*) filter (where conversion_count > 0) as converting_user_count,
        count(*) filter (where click_count > 0 and conversion_count > 0)
            as clicking_converting_user_count,
        sum(impression_count) as impression_count,
        sum(click_count) as click_count,
        sum(ctr_click_count) as ctr_click_count,
        sum(conversion_count) as conversion_count,
        sum(impression_count * impression_count) as squared_impression_count,
        sum(impression_count * ctr_click_count) as impression_click_count,
        sum(ctr_click_count * ctr_click_count) as squared_ctr_click_count,
        sum(click_count * click_count) as squared_click_count,
        sum(click_count * conversion_count) as click_conversion_count,
        sum(conversion_count * conversion_count) as squared_conversion_count,
        sum(revenue_amount) as revenue_amount
    from user_sums
    group by scorer, reason_code, recommendation_rank, channel

)

select * from final
