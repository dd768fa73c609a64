-- Grain: one row per attribution model, channel and month: the credits of its touches,
-- by the month of the order and by that of the touch.
with

{% for totals, time in {"ordered": "converted_at", "touched": "touched_at"}.items() %}
{% set month = precision_marketing.month_start(precision_marketing.shop_day(time)) %}
{{ totals }} as (

    select
        channel,
        {% for model in precision_marketing.path_models() %}
        sum({{ model }}_credit) as {{ model }}_credit,
        sum({{ model }}_revenue_amount) as {{ model }}_revenue_amount,
        {% endfor %}
        {{ month }} as month_start_date
    from {{ ref("precision_marketing", "int_touch_credits") }}
    where {{ time }} is not null
    group by channel, {{ month }}

),

{% endfor %}
final as (

    select
        path_models.attribution_model,
        coalesce(ordered.channel, touched.channel) as channel,
        coalesce(ordered.month_start_date, touched.month_start_date)
            as month_start_date,
        coalesce(
            {{ precision_marketing.of_path_model("ordered", "credit") }}, 0
        ) as touch_credit,
        {{ precision_marketing.of_path_model("ordered", "revenue_amount") }}
            as touch_revenue_amount,
        coalesce(
            {{ precision_marketing.of_path_model("touched", "credit") }}, 0
        ) as cohort_credit,
        {{ precision_marketing.of_path_model("touched", "revenue_amount") }}
            as cohort_revenue_amount
    from ordered
    full outer join touched
        on ordered.channel = touched.channel
        and ordered.month_start_date = touched.month_start_date
    cross join {{ ref("precision_marketing", "attribution_models") }} as path_models
    where path_models.is_path_based

)

select * from final
