-- The models that the macro `path_models` computes are those that the seed describes.
{% set models = precision_marketing.path_models() %}
select attribution_model
from {{ ref("attribution_models") }}
where
    is_path_based
    <> (attribution_model in ('{{ models | join("', '") }}'))
union all
select 'a model without a row' as attribution_model
from {{ ref("attribution_models") }}
having count(*) filter (where is_path_based) <> {{ models | length }}
