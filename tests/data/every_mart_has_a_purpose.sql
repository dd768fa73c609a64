-- Each mart stands in the seed `mart_purposes`, and one with a `user_id` is closed to who
-- refuses to be profiled and has the test `only_whom_consent_allows`. A mart that is
-- switched off is in no graph, so that rows of the seed are not asked for theirs.
{% set ours = "precision_marketing" %}
{% set tested = [] %}
{% set marts = [] %}
{% for node in graph.nodes.values() if execute and node.package_name == ours %}
    {% if node.resource_type == "test" and (node.test_metadata or {}).get("name")
        == "only_whom_consent_allows" %}
        {% do tested.append(node.attached_node) %}
    {% elif node.resource_type == "model" and node.fqn[1] == "marts" %}
        {% do marts.append(node) %}
    {% endif %}
{% endfor %}
with

purposes as (

    select * from {{ ref(ours, "mart_purposes") }}

),

marts as (

    {% for node in marts %}
    select
        '{{ node.name }}' as mart,
        {{ "user_id" in node.columns }} as has_users,
        {{ node.unique_id in tested }} as is_tested
    union all
    {% endfor %}
    select
        null as mart,
        false as has_users,
        false as is_tested
    where 1 = 0

)

select marts.mart
from marts
left join purposes on marts.mart = purposes.mart
where
    purposes.mart is null
    or marts.has_users <> (purposes.people = 'users')
    or (
        marts.has_users
        and not (marts.is_tested and purposes.profiling_refused = 'closed')
    )
