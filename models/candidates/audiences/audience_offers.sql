-- Grain: one row per audience (campaign): what a purchase brings and a contact costs.
with

targets as (

    select * from {{ ref("precision_marketing", "int_campaign_targets") }}

),

campaigns as (

    select * from {{ ref("precision_marketing", "int_campaigns") }}

),

order_values as (

    select * from {{ ref("precision_marketing", "int_order_values") }}

),

joined as (

    select
        campaigns.campaign_id,
        targets.target_index,
        campaigns.unit_margin_rate,
        uplifts.uplift,
        uplifts.uplift_lower,
        uplifts.uplift_upper,
        costs.contact_cost,
        costs.contact_cost_basis,
        -- A holdout measures any order, a propensity those of the target.
        case when uplifts.campaign_id is null then targets.target_index else 0 end
            as valued_target_index
    from campaigns
    inner join targets on campaigns.campaign_id = targets.campaign_id
    inner join {{ ref("precision_marketing", "int_contact_costs") }} as costs
        on campaigns.campaign_id = costs.campaign_id
    left join {{ ref("precision_marketing", "int_campaign_uplifts") }} as uplifts
        on campaigns.campaign_id = uplifts.campaign_id

),

final as (

    select
        joined.campaign_id,
        joined.target_index,
        joined.uplift,
        joined.uplift_lower,
        joined.uplift_upper,
        case when joined.uplift is null then 'propensity' else 'uplift' end
            as value_basis,
        order_values.order_value,
        joined.unit_margin_rate * order_values.order_value as margin,
        {{ precision_marketing.normal_quantile() }}
        * joined.unit_margin_rate
        * order_values.order_value_error as margin_half_width,
        joined.contact_cost,
        joined.contact_cost_basis
    from joined
    left join order_values
        on joined.valued_target_index = order_values.target_index

)

select * from final
