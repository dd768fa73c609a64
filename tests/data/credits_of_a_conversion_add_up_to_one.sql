-- Every conversion of a user who may be profiled is there in every attribution model;
-- its credits add up to 1 and its credited revenue to the order's, to the last digit.
-- Unless nobody was touched.
with

expected as (

    select
        conversions.conversion_id,
        conversions.revenue_amount,
        attribution_models.attribution_model
    from {{ ref("precision_marketing", "int_conversions") }} as conversions
    cross join {{ ref(
        "precision_marketing", "attribution_models"
    ) }} as attribution_models
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on conversions.user_id = users.user_id and users.has_profiling_consent
    where
        attribution_models.is_path_based
        and exists (
            select 1 from {{ ref("precision_marketing", "int_path_touches") }}
        )

),

credited as (

    select
        conversion_id,
        attribution_model,
        sum(credit) as credit,
        sum(credited_revenue_amount) as revenue_amount
    from {{ ref("precision_marketing", "campaign_attribution") }}
    group by conversion_id, attribution_model

)

select
    expected.conversion_id,
    expected.attribution_model,
    credited.conversion_id as credited_conversion_id,
    credited.credit,
    credited.revenue_amount,
    expected.revenue_amount as order_revenue_amount
from expected
full outer join credited
    on expected.conversion_id = credited.conversion_id
    and expected.attribution_model = credited.attribution_model
where
    expected.conversion_id is null
    or credited.credit is distinct from 1
    or credited.revenue_amount is distinct from expected.revenue_amount
