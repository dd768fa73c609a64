-- A channel's credits of touches are those of all users, and but for markov
-- they are its credits. No credit is without a row of its channel. Where nobody was
-- touched, no touch has credit, and all credit is that of `(none)`.
{% set month = precision_marketing.month_start(
    precision_marketing.shop_day("converted_at")) %}
with

touches as (

    select
        attribution_model,
        channel,
        {{ month }} as month_start_date,
        sum(credit) as credit
    from {{ ref("precision_marketing", "int_attributed_touches") }}
    group by
        attribution_model,
        channel,
        {{ month }}

)

select
    channels.attribution_model,
    channels.channel,
    channels.month_start_date,
    touches.attribution_model as touch_attribution_model,
    channels.conversion_credit,
    channels.touch_conversion_credit,
    touches.credit
from {{ ref("precision_marketing", "channel_attribution") }} as channels
full outer join touches
    on channels.attribution_model = touches.attribution_model
    and channels.channel = touches.channel
    and channels.month_start_date = touches.month_start_date
where
    (
        channels.touch_conversion_credit is distinct from coalesce(touches.credit, 0)
        and (
            channels.channel <> '(none)'
            or exists (
                select 1 from {{ ref("precision_marketing", "int_path_touches") }}
            )
        )
    )
    or (
        channels.attribution_model <> 'markov'
        and channels.conversion_credit <> channels.touch_conversion_credit
    )
