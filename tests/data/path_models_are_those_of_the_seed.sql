-- The models that the macro `path_models` computes are those that the seed describes.
with

computed as (

    {% for model in precision_marketing.path_models() %}
    select '{{ model }}' as attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    computed.attribution_model as computed_model,
    described.attribution_model as described_model
from computed
full outer join {{ ref("precision_marketing", "attribution_models") }} as described
    on computed.attribution_model = described.attribution_model
where
    computed.attribution_model is null and described.is_path_based
    or not coalesce(described.is_path_based, false)
    and computed.attribution_model is not null
