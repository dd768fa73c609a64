-- Grain: one row per audience (campaign): what a user brings and costs.
-- A holdout measured revenue, at best; without prices how many ordered; else nothing.
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
        uplifts.revenue_lift,
        uplifts.revenue_lift_lower,
        uplifts.revenue_lift_upper,
        costs.contact_cost,
        costs.contact_cost_basis,
        case
            when uplifts.revenue_lift is not null then 'revenue_lift'
            when uplifts.uplift is not null then 'uplift'
            else 'propensity'
        end as value_basis,
        -- A lift is of the assigned users, reached or not: so is its cost.
        case
            when uplifts.uplift is null then costs.contact_cost
            else costs.assigned_cost
        end as user_cost,
        case
            when uplifts.uplift is null then costs.contact_cost_basis
            else costs.assigned_cost_basis
        end as user_cost_basis,
        -- A holdout measures any order, a propensity those of the target.
        case when uplifts.uplift is null then targets.target_index else 0 end
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
        joined.revenue_lift,
        joined.revenue_lift_lower,
        joined.revenue_lift_upper,
        joined.value_basis,
        order_values.order_value,
        joined.unit_margin_rate * order_values.order_value as margin,
        {{ precision_marketing.normal_quantile() }}
        * joined.unit_margin_rate
        * order_values.order_value_error as margin_half_width,
        {% for end in ["", "_lower", "_upper"] %}
        joined.unit_margin_rate * joined.revenue_lift{{ end }} as margin_lift{{ end }},
        {% endfor %}
        joined.contact_cost,
        joined.contact_cost_basis,
        joined.user_cost,
        joined.user_cost_basis
    from joined
    left join order_values
        on joined.valued_target_index = order_values.target_index

)

select * from final
