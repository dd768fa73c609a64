-- Grain: one row per row of the input `campaign_spend`.
-- Equal rows may be two ad groups or one row sent twice. Where no column tells ad
-- groups apart (one that differs within a day), a campaign with a day of different rows
-- is billed by ad group: they are two, unless all its rows were loaded as many times.
{{ config(post_hook="{{ precision_marketing.mark_repeats('campaign_spend') }}") }}
{% set load_number = "cast(ceil(1e0 * copy_number / load_count) as "
    ~ precision_marketing.kind_type("text") ~ ")" %}
{% set maximum_amount = precision_marketing.setting("input_checks", "maximum_amount") %}
with

source as (

    {{ precision_marketing.read_input("campaign_spend") }}

),

known_campaigns as (

    select distinct campaign_id
    from {{ ref("precision_marketing", "stg_campaigns_checked") }}
    where row_status = 'kept'

),

checked as (

    select
        source.*,
        case
            {{ precision_marketing.id_reasons("campaign_id") }}
            when source.spend_date is null
                then 'invalid_spend_date'
            when source.spend_date < {{ precision_marketing.earliest_credible_time() }}
                then 'spend_date_too_early'
            when source.spend_date > {{ precision_marketing.latest_credible_time() }}
                then 'spend_date_in_future'
            when source.spend is null
                then 'invalid_spend'
            when source.spend < 0
                then 'negative_spend'
            when source.spend > {{ maximum_amount }}
                then 'spend_above_maximum'
            when known_campaigns.campaign_id is null
                then 'unknown_campaign'
        end as rejection_reason
    from source
    left join known_campaigns on source.campaign_id = known_campaigns.campaign_id

),

{% set soundness = "case when rejection_reason is null then 1 else 0 end" %}
{% set of_day = "partition by campaign_id, spend_date, " ~ soundness %}
{% set of_copy = of_day ~ ", whole_row_hash" %}
copies as (

    select
        *,
        row_number() over ({{ of_copy }} order by whole_row_hash) as copy_number,
        count(*) over ({{ of_copy }}) as copy_count,
        dense_rank() over ({{ of_day }} order by whole_row_hash) as row_number_of_day,
        dense_rank() over ({{ of_day }} order by other_values_hash)
            as ad_group_number_of_day
    from checked

),

campaigns as (

    select
        *,
        min(copy_count) over (partition by campaign_id, {{ soundness }}) as load_count,
        max(row_number_of_day) over (partition by campaign_id, {{ soundness }})
            as most_rows_of_a_day,
        max(ad_group_number_of_day) over (partition by {{ soundness }})
            as most_ad_groups_of_a_day
    from copies

),

final as (

    select
        {{ precision_marketing.input_columns("campaign_spend") }},
        case
            when most_rows_of_a_day > 1 and most_ad_groups_of_a_day = 1
                then whole_row_hash || '#' || {{ load_number }}
            else whole_row_hash
        end as whole_row_hash,
        input_file,
        input_channel,
        value_gaps,
        rejection_reason,
        {{ precision_marketing.rejected_row_content() }} as row_content,
        {{ precision_marketing.row_status("campaign_spend") }} as row_status
    from campaigns

)

select * from final
