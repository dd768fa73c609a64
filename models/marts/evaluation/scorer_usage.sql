-- Grain: one row per scorer: what it adds, and for whom it ranks `test` and `serve`.
with

losses as (

    select * from {{ ref("precision_marketing", "scorer_decisions") }}

),

final as (

    select
        scorer,
        ndcg_at_10,
        user_count,
        blend_weight,
        blend_loss,
        blend_loss_lower,
        blend_loss_upper,
        regression_loss,
        regression_loss_lower,
        regression_loss_upper,
        tested_user_count,
        drop_order,
        joint_loss_upper,
        is_left_out,
        case
            when not is_left_out then 'all'
            when is_content then 'only_content_can_serve'
            else 'none'
        end as ranked_users,
        case decision
            when 'fallback'
                then 'ranked: what users without a list are shown'
            when 'own_model'
                then 'ranked: its own model makes all windows'
            when 'every_scorer_wanted'
                then 'ranked: recommendations.every_scorer asks for all'
            when 'few_users'
                then
                    'ranked: fewer than 200 users tell what it adds'
            when 'best_alone' then 'ranked: the best scorer alone'
            when 'last_content'
                then
                    'ranked: the last scorer that brings items which nobody has touched'
            when 'adds'
                then 'ranked: without it .0005 of NDCG@10 or more may be lost'
            when 'left_out'
                then
                    'left out: without it and those before it less than .0005 of'
                    || ' NDCG@10 is lost'
        end as reason
    from losses

)

select * from final
