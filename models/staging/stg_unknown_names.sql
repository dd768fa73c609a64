-- Grain: one row per setting and name in it that no row of the input has.
{{ config(materialized="view") }}
with

campaigns as (

    select * from {{ ref("precision_marketing", "stg_campaigns") }}

),

items as (

    select * from {{ ref("precision_marketing", "stg_items") }}

),

{% set columns = [
    ("campaigns", "campaign_id", "campaign_id"), ("campaigns", "channel", "lower(channel)"),
    ("items", "item_id", "item_id"), ("items", "category", "category"),
    ("items", "brand", "brand"),
] %}
known as (

    {% for input_name, column_name, value in columns %}
    select distinct
        '{{ input_name }}' as input_name,
        '{{ column_name }}' as column_name,
        {{ value }} as known_name
    from {{ input_name }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

named as (

    {{ precision_marketing.names_in_settings() }}

),

final as (

    select
        named.setting_name,
        named.input_name,
        named.column_name,
        named.given_name
    from named
    left join known
        on named.input_name = known.input_name
        and named.column_name = known.column_name
        and named.given_name = known.known_name
    where
        known.known_name is null
        -- Of an input that is not given nothing is known.
        and named.input_name in (select rows_of.input_name from known as rows_of)

)

select * from final
