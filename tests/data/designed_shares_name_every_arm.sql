-- Arms of a campaign in `lift.variant_shares` that it does not name: without their
-- share nothing can be expected of the others either.
with

variants as (

    select * from {{ ref("precision_marketing", "int_campaign_variants") }}

),

designed as (

    select * from {{ ref("precision_marketing", "int_designed_variant_shares") }}

)

select
    variants.campaign_id,
    variants.variant
from variants
left join designed
    on variants.campaign_id = designed.campaign_id
    and variants.variant = designed.variant
where
    variants.assigned_user_count > 0
    and designed.variant is null
    and variants.campaign_id in (select others.campaign_id from designed as others)
