-- Grain: one row per campaign and variant whose designed share the var gives.
{% set variant_shares = precision_marketing.setting("lift", "variant_shares") %}
with

given as (

    {% for campaign_id, shares in variant_shares.items() %}
    {% for variant, share in shares.items() %}
    select
        '{{ campaign_id | replace("'", "''") }}' as campaign_id,
        {{ precision_marketing.input_label(
            "'" ~ variant | replace("'", "''") ~ "'"
        ) }} as variant,
        {{ share }} as share
    union all
    {% endfor %}
    {% endfor %}
    select
        cast(null as {{ precision_marketing.kind_type("key") }}) as campaign_id,
        cast(null as {{ precision_marketing.kind_type("text") }}) as variant,
        null as share

),

final as (

    select
        campaign_id,
        variant,
        1e0 * share / sum(share) over (partition by campaign_id) as variant_share
    from given
    where campaign_id is not null

)

select * from final
