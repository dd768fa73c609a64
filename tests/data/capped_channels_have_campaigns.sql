-- A cap of a channel that no campaign has, perhaps by another name, holds nobody back.
{{ config(severity="warn", tags=["audiences"], enabled="audiences" in var("parts")) }}

{% set caps = precision_marketing.setting("audiences", "channel_frequency_caps") %}
with

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

)

{% for channel in caps %}
{% set name = precision_marketing.text_literal(channel | string | lower) %}
select {{ name }} as channel
where {{ name }} not in (select lower(campaigns.channel) from campaigns)
{{ "union all" if not loop.last }}
{% else %}
select channel from campaigns
where 1 = 0
{% endfor %}
