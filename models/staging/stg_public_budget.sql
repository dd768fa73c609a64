-- Grain: one row: what the profile `public` may tell of a user, and what one counts for.
with

final as (

    select
        {% for name, type in [
            ("epsilon", "double"), ("delta", "double"), ("total_epsilon", "double"),
            ("campaigns_per_user", "integer"), ("orders_per_campaign", "integer"),
            ("revenue_per_campaign", "integer"),
        ] %}
        cast(
            {{ precision_marketing.setting("privacy", "public_" ~ name) }} as {{ type }}
        ) as {{ name }}{{ "," if not loop.last }}
        {% endfor %}

)

select * from final
