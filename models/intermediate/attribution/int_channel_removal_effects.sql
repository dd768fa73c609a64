-- Grain: one row per channel of a path: what conversions lose without it.
-- Between share_before and share_until lies its part of all that the channels lose.
with

losses as (

    select * from {{ ref("int_channel_losses") }}

),

running as (

    select
        *
        {%- for effect in ["removal_effect", "revenue_removal_effect"] %},
        cast(sum(cast({{ effect }} as decimal(38, 20))) over (
            order by channel
        ) as double) / cast(nullif(
            sum(cast({{ effect }} as decimal(38, 20))) over (), 0
        ) as double) as {{ effect }}_until
        {%- endfor %}
    from losses

),

bounds as (

    select
        *,
        lag(removal_effect_until, 1, 0e0) over (order by channel)
            + 0e0 * removal_effect_until as removal_effect_before,
        lag(revenue_removal_effect_until, 1, 0e0) over (order by channel)
            + 0e0 * revenue_removal_effect_until as revenue_removal_effect_before
    from running

),

final as (

    select
        channel,
        removal_effect,
        removal_effect_before as share_before,
        removal_effect_until as share_until,
        revenue_removal_effect,
        -- Where no revenue is lost, it is divided as the conversions are.
        coalesce(revenue_removal_effect_before, removal_effect_before)
            as revenue_share_before,
        coalesce(revenue_removal_effect_until, removal_effect_until)
            as revenue_share_until
    from bounds

)

select * from final
