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
    {% set is_about_users = precision_marketing.is_about_users(input_name) %}
    select
        '{{ input_name }}' as input_name,
        count(*) as rows_read,
        {{ "count(erased_users.user_id)" if is_about_users else "cast(0 as bigint)" }}
            as rows_erased,
        {{ "count(distinct erased_users.user_id)" if is_about_users
            else "cast(0 as bigint)" }} as erased_user_count
    from {{ input_name }}_rows
    {% if is_about_users %}
    left join erased_users on {{ input_name }}_rows.user_id = erased_users.user_id
    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
