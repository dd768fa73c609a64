-- Grain: one row per input: rows read and rows erased, counted on the input itself.
with

{% set inputs = precision_marketing.input_contract().keys() | list %}
erased_users as (

    {{ precision_marketing.erased_users() }}

),

{% for input_name in inputs %}
{{ input_name }}_rows as (

    {{ precision_marketing.read_input(input_name) }}

),

{% endfor %}
final as (

    {% for input_name in inputs %}
    select
        '{{ input_name }}' as input_name,
        count(*) as rows_read,
        {% if precision_marketing.is_about_users(input_name) %}
        count(erased_users.user_id) as rows_erased
    from {{ input_name }}_rows
    left join erased_users on {{ input_name }}_rows.user_id = erased_users.user_id
        {% else %}
        cast(0 as bigint) as rows_erased
    from {{ input_name }}_rows
        {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
