-- Grain: one row per choice, time window, ranking and user: the NDCG@10 of a user who
-- takes part in the choice.
with

users as (

    select
        user_index,
        -- Not the digest that samples users: of these the first digits are alike.
        case
            when {{ precision_marketing.hash_share("user_id || ' half'") }} < 0.5e0
                then 'half_0'
            else 'half_1'
        end as half
    from {{ ref("precision_marketing", "int_users") }}

),

quality as (

    select
        quality.time_window,
        quality.scorer,
        quality.user_index,
        users.half,
        quality.ndcg_at_k as ndcg_at_10
    from {{ ref("precision_marketing", "user_ranking_quality") }} as quality
    inner join users on quality.user_index = users.user_index
    where quality.k = 10

),

final as (

    select
        'all' as choice,
        time_window,
        scorer,
        user_index,
        ndcg_at_10
    from quality
    union all
    select
        half as choice,
        time_window,
        scorer,
        user_index,
        ndcg_at_10
    from quality

)

select * from final
