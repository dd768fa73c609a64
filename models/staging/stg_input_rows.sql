-- Grain: one row per input: rows read and rows erased, counted on the input itself.
with

{% set inputs = precision_marketing.input_contract().keys() | list %}
erased_users as (

    {{ precision_marketing.erased_users() }}

),

{% for input_name in inputs if precision_marketing.is_about_users(input_name) %}
{{ input_name }}_rows as (

    {{ precision_marketing.read_input(input_name, only=["user_id"]) }}

),

{% endfor %}
final as (

    {% for input_name in inputs %}
    {% if precision_marketing.is_about_users(input_name) %}
    select
        '{{ input_name }}' as input_name,
        {{ precision_marketing.counted_rows(input_name) }} as rows_read,
        count(*) as rows_erased,
        count(distinct user_id) as erased_user_count
    from {{ input_name }}_rows
    where user_id in (select erased_users.user_id from erased_users)
    {% else %}
    select
        '{{ input_name }}' as input_name,
        {{ precision_marketing.counted_rows(input_name) }} as rows_read,
        cast(0 as bigint) as rows_erased,
        cast(0 as bigint) as erased_user_count
    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
