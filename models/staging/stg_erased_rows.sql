-- Grain: one row per input and erased user that has rows in it.
-- Counted on the inputs themselves, where alone these rows are.
with

erased_users as (

    {{ precision_marketing.erased_users() }}

),

{% set inputs = precision_marketing.input_contract() %}
{% for input_name in inputs if precision_marketing.is_about_users(input_name) %}
{{ input_name }}_rows as (

    {{ precision_marketing.read_input(input_name, only=["user_id"]) }}

),

{% endfor %}
-- Each user is hashed once.
users as (

    {% for input_name in inputs if precision_marketing.is_about_users(input_name) %}
    select
        '{{ input_name }}' as input_name,
        user_id,
        count(*) as row_count
    from {{ input_name }}_rows
    where exists (select 1 from erased_users)
    group by user_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

hashed as (

    select
        users.input_name,
        users.row_count,
        {{ precision_marketing.user_hash(
            "users.user_id", "(select max(erased_users.salt) from erased_users)"
        ) }} as user_hash
    from users

),

final as (

    select
        input_name,
        user_hash,
        cast(sum(row_count) as bigint) as row_count
    from hashed
    where user_hash in (select erased_users.user_hash from erased_users)
    group by input_name, user_hash

)

select * from final
