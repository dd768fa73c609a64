-- Grain: one row per attribution model, channel and month: the credits of its touches.
{% set month = precision_marketing.month_start(
    precision_marketing.shop_day("converted_at")) %}
with

totals as (

    select
        channel,
        {% for model in precision_marketing.path_models() %}
        sum({{ model }}_credit) as {{ model }}_credit,
        sum({{ model }}_revenue_amount) as {{ model }}_revenue_amount,
        {% endfor %}
        {{ month }} as month_start_date
    from {{ ref("precision_marketing", "int_touch_credits") }}
    group by channel, {{ month }}

),

final as (

    select
        path_models.attribution_model,
        totals.channel,
        totals.month_start_date,
        {{ precision_marketing.of_path_model("totals", "credit") }} as touch_credit,
        {{ precision_marketing.of_path_model("totals", "revenue_amount") }}
            as touch_revenue_amount
    from totals
    cross join {{ ref("precision_marketing", "attribution_models") }} as path_models
    where path_models.is_path_based

)

select * from final
