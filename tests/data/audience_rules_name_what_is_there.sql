-- A rule of an audience whose campaign or segment nobody has addresses nobody.
{{ config(severity="warn", tags=["audiences"], enabled="audiences" in var("parts")) }}

{% set rules = precision_marketing.setting("audiences", "addressed") %}
with

campaigns as (

    select campaign_id from {{ ref("precision_marketing", "int_campaigns") }}

),

segments as (

    select segment from {{ ref("precision_marketing", "rfm_segments") }}
    union all
    select 'No purchase yet' as segment

)

{% for campaign, rule in rules.items() %}
{% set name = precision_marketing.text_literal(campaign | string) %}
select
    {{ name }} as campaign_id,
    cast(null as {{ precision_marketing.kind_type("text") }}) as segment
where {{ name }} not in (select campaigns.campaign_id from campaigns)
union all
{% for segment in rule.get("segments", []) %}
{% set segment_name = precision_marketing.text_literal(segment) %}
select
    {{ name }} as campaign_id,
    {{ segment_name }} as segment
where {{ segment_name }} not in (select segments.segment from segments)
union all
{% endfor %}
{% endfor %}
select
    campaigns.campaign_id,
    segments.segment
from campaigns
cross join segments
where 1 = 0
