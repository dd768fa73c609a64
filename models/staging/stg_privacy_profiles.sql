-- Grain: one row per profile of publication: what it publishes of people.
{% set minimum_group = precision_marketing.setting("privacy", "minimum_group") %}
{% set pseudonyms = precision_marketing.setting("privacy", "pseudonyms") %}
{# What leaves the house has groups of so many users at least. #}
{% set shared_minimum_group = [minimum_group, 10] | max %}
with

final as (

    {% for profile, minimum, has_pseudonyms in [
        ("in-house", minimum_group, pseudonyms),
        ("shared", shared_minimum_group, true),
    ] %}
    select
        '{{ profile }}' as profile,
        cast({{ minimum }} as integer) as minimum_group,
        {{ has_pseudonyms | lower }} as has_pseudonyms,
        '{{ precision_marketing.setting("privacy", "profile") }}' as default_profile
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
