-- Grain: one row per holdout (of the whole programme, or of a campaign), metric and
-- month: what treating the users who were not held out had changed by its end.
{% set ends = ["", "_lower", "_upper"] %}
{% set means = ["treated_mean", "control_mean", "absolute_lift", "absolute_lift_lower",
    "absolute_lift_upper"] %}
with

campaigns as (

    select
        campaign_id,
        campaign_name,
        currency,
        unit_margin_rate
    from {{ ref("precision_marketing", "int_campaigns") }}
    union all
    select
        '(all)' as campaign_id,
        '(all)' as campaign_name,
        case when count(distinct coalesce(currency, '')) = 1 then min(currency) end
            as currency,
        {{ precision_marketing.exact_mean("unit_margin_rate") }} as unit_margin_rate
    from {{ ref("precision_marketing", "int_campaigns") }}

),

lifts as (

    select
        lifts.*,
        campaigns.campaign_name,
        campaigns.currency,
        campaigns.unit_margin_rate,
        spend.spend,
        spend.spend / lifts.treated_user_count as user_cost
    from {{ ref("precision_marketing", "int_holdout_lifts") }} as lifts
    inner join campaigns on lifts.campaign_id = campaigns.campaign_id
    left join {{ ref("precision_marketing", "int_holdout_spend") }} as spend
        on lifts.holdout_kind = spend.holdout_kind
        and lifts.campaign_id = spend.campaign_id
        and lifts.month_start_date = spend.month_start_date

),

{% set others = [
    "holdout_kind", "campaign_id", "month_start_date", "campaign_name", "currency",
    "treated_user_count", "control_user_count", "is_too_skewed", "unit_margin_rate",
    "spend",
] %}
metrics as (

    select
        {{ (others + means) | join(",\n        ") }},
        metric,
        p as p_value
    from lifts
    union all
    -- Margin on the revenue less the spend, which the treated alone bear. Its chance is
    -- that of the revenue; against nothing earned there is no test.
    select
        {{ others | join(",\n        ") }},
        {% for mean in means %}
        unit_margin_rate * {{ mean }}
        {{- " - user_cost" if mean != "control_mean" }} as {{ mean }},
        {% endfor %}
        'profit' as metric,
        cast(null as double) as p_value
    from lifts
    where metric = 'revenue'

),

final as (

    select
        holdout_kind,
        campaign_id,
        metric,
        month_start_date,
        campaign_name,
        currency,
        month_start_date = max(month_start_date) over (
            partition by holdout_kind, campaign_id
        ) as is_latest,
        treated_user_count,
        control_user_count,
        {{ means | join(",\n        ") }},
        p_value,
        is_too_skewed,
        {% for end in ends %}
        treated_user_count * absolute_lift{{ end }} as incremental_total{{ end }},
        {% endfor %}
        unit_margin_rate,
        cast(spend as {{ precision_marketing.kind_type("amount") }}) as spend_amount
    from metrics

)

select * from final
