-- Grain: one row per conversion, credited touch and attribution model, of all users.
-- A conversion without a touch is credited to channel `(none)`, its touch null; where
-- nobody was touched at all there is nothing to credit, and no row.
{% set lookback_days = precision_marketing.setting("attribution", "lookback_days") %}
{% set half_life_days = precision_marketing.setting("attribution", "half_life_days") %}
{{ config(materialized="view") }}
with

touch_credits as (

    select * from {{ ref("precision_marketing", "int_touch_credits") }}

),

credits as (

    select
        touch_credits.conversion_id,
        touch_credits.touch_id,
        path_models.attribution_model,
        touch_credits.user_id,
        touch_credits.campaign_id,
        touch_credits.channel,
        touch_credits.touch_type,
        touch_credits.touched_at,
        touch_credits.converted_at,
        touch_credits.touch_position,
        touch_credits.touch_count,
        touch_credits.window_touch_count,
        {{ precision_marketing.of_path_model("touch_credits", "credit") }} as credit,
        {{ precision_marketing.of_path_model("touch_credits", "revenue_amount") }}
            as credited_revenue_amount
    from touch_credits
    cross join {{ ref("precision_marketing", "attribution_models") }} as path_models
    where
        path_models.is_path_based
        and exists (
            select 1 from {{ ref("precision_marketing", "int_path_touches") }}
        )

),

final as (

    select
        conversion_id,
        touch_id,
        attribution_model,
        user_id,
        campaign_id,
        channel,
        touch_type,
        touched_at,
        converted_at,
        {{ precision_marketing.days_between("touched_at", "converted_at") }}
            as days_to_conversion,
        cast(touch_position as integer) as touch_position,
        cast(touch_count as integer) as touch_count,
        cast(window_touch_count as integer) as window_touch_count,
        cast(credit as {{ precision_marketing.kind_type("credit") }}) as credit,
        cast(
            credited_revenue_amount as {{ precision_marketing.kind_type("amount") }}
        ) as credited_revenue_amount,
        cast({{ lookback_days }} as integer) as lookback_days,
        cast({{ half_life_days }} as double) as half_life_days
    from credits
    where credit > 0

)

select * from final
