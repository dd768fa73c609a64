-- Grain: one row per attribution model, channel and month: what the mart divides.
-- Every channel has one for each month with a conversion or spend, its own or not.
{% set credit = precision_marketing.kind_type("credit_total") %}
{% set amount = precision_marketing.kind_type("amount") %}

with

channels as (

    select * from {{ ref("precision_marketing", "int_channels") }}

),

credits as (

    select * from {{ ref("precision_marketing", "int_channel_credits") }}

),

spend as (

    select * from {{ ref("precision_marketing", "int_channel_spend_months") }}

),

months as (

    select month_start_date from credits
    union
    select month_start_date from spend

),

path_models as (

    select attribution_model from {{ ref("precision_marketing", "attribution_models") }}
    where is_path_based

),

path_totals as (

    select
        attribution_model,
        month_start_date,
        sum(touch_credit) as credit,
        sum(touch_revenue_amount) as revenue_amount
    from credits
    where channel <> '(none)'
    group by attribution_model, month_start_date

),

final as (

    select
        path_models.attribution_model,
        channels.channel,
        months.month_start_date,
        path_models.attribution_model = 'markov'
        and channels.channel <> '(none)' as is_shared_by_channel,
        coalesce(credits.touch_credit, 0) as touch_credit,
        credits.touch_revenue_amount,
        -- By running shares, so that the channels of a month add up to it exactly.
        {% for whole, part, type in [
            ("coalesce(path_totals.credit, 0) * channels.share", "credit", credit),
            ("path_totals.revenue_amount * channels.revenue_share", "revenue_amount",
                amount),
        ] %}
        {{ precision_marketing.decimal_of(whole ~ "_until", type) }}
        - {{ precision_marketing.decimal_of(whole ~ "_before", type) }}
            as shared_{{ part }},
        {% endfor %}
        coalesce(credits.cohort_credit, 0) as cohort_credit,
        credits.cohort_revenue_amount,
        channels.removal_effect,
        channels.revenue_removal_effect,
        case
            when channels.has_known_spend then coalesce(spend.spend_amount, 0)
        end as spend_amount,
        channels.has_unknown_spend,
        coalesce(spend.currency_count, 0) as currency_count,
        spend.currency
    from channels
    cross join months
    cross join path_models
    left join credits
        on channels.channel = credits.channel
        and months.month_start_date = credits.month_start_date
        and path_models.attribution_model = credits.attribution_model
    left join path_totals
        on months.month_start_date = path_totals.month_start_date
        and path_models.attribution_model = path_totals.attribution_model
    left join spend
        on channels.channel = spend.channel
        and months.month_start_date = spend.month_start_date

)

select * from final
