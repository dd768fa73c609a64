-- In every attribution model the channels of a month add up to its conversions, their
-- revenue and the known spend, to the last digit.
{% set month = precision_marketing.month_start(
    precision_marketing.shop_day("converted_at")) %}
with

conversions as (

    select
        {{ month }} as month_start_date,
        count(*) as conversion_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        cast(0 as {{ precision_marketing.kind_type("amount") }}) as spend_amount
    from {{ ref("precision_marketing", "int_conversions") }}
    group by {{ month }}

    union all

    select
        {{ precision_marketing.month_start("spend_date") }} as month_start_date,
        0 as conversion_count,
        0 as revenue_amount,
        spend_amount
    from {{ ref("precision_marketing", "int_campaign_spend") }}

),

expected as (

    select
        attribution_models.attribution_model,
        conversions.month_start_date,
        sum(conversions.conversion_count) as conversion_count,
        sum(conversions.revenue_amount) as revenue_amount,
        sum(conversions.spend_amount) as spend_amount
    from conversions
    cross join {{ ref(
        "precision_marketing", "attribution_models"
    ) }} as attribution_models
    where attribution_models.is_path_based
    group by attribution_models.attribution_model, conversions.month_start_date

),

found as (

    select
        attribution_model,
        month_start_date,
        sum(conversion_credit) as conversion_credit,
        sum(touch_conversion_credit) as touch_conversion_credit,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        coalesce(sum(spend_amount), 0) as spend_amount
    from {{ ref("precision_marketing", "channel_attribution") }}
    group by attribution_model, month_start_date

)

select
    expected.*,
    found.conversion_credit,
    found.touch_conversion_credit,
    found.revenue_amount as found_revenue_amount,
    found.spend_amount as found_spend_amount
from expected
full outer join found
    on expected.attribution_model = found.attribution_model
    and expected.month_start_date = found.month_start_date
where
    found.conversion_credit is distinct from expected.conversion_count
    or found.touch_conversion_credit is distinct from expected.conversion_count
    or found.revenue_amount is distinct from expected.revenue_amount
    or found.spend_amount is distinct from expected.spend_amount
