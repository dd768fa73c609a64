-- Grain: one row per time window, user and item of the user's best by the blend.
{% set scorers = precision_marketing.scorers() %}
with

scaled_candidates as (

    select * from {{ ref("scaled_candidates") }}

),

blend_weights as (

    select * from {{ ref("blend_weights") }}

),

weighted as (

    select
        scaled_candidates.*,
        -- Exact decimals: the sum must not depend on the order of scorers.
        cast(
            scaled_candidates.scaled_score * blend_weights.blend_weight
            as decimal(28, 9)
        ) as contribution
    from scaled_candidates
    inner join blend_weights on scaled_candidates.scorer = blend_weights.scorer

),

totals as (

    select
        time_window,
        user_index,
        item_index,
        cast(sum(contribution) as double) as blend_score,
        count(*) as list_count,
        min(scorer_rank) as best_rank,
        min(case when scorer = 'popularity' then scorer_rank end) as popularity_rank
    from weighted
    group by time_window, user_index, item_index

),

ranked as (

    select
        *,
        row_number() over (
            partition by time_window, user_index
            -- For users without history there is popularity alone, which may have
            -- learned the weight 0.
            order by blend_score desc, popularity_rank asc nulls last, item_index
        ) as blend_rank
    from totals

),

-- Cut first: the wide rows below are made for what stays.
kept as (

    select *
    from ranked
    where blend_rank <= {{ var("candidates_per_scorer") }}

),

final as (

    select
        kept.time_window,
        kept.user_index,
        kept.item_index,
        {% for scorer in scorers %}
        max(
            case
                when weighted.scorer = '{{ scorer.name }}' then weighted.scaled_score
            end
        ) as {{ scorer.name }}_scaled_score,
        max(
            case
                when weighted.scorer = '{{ scorer.name }}' then weighted.scorer_rank
            end
        ) as {{ scorer.name }}_rank,
        cast(
            coalesce(
                max(
                    case
                        when weighted.scorer = '{{ scorer.name }}'
                            then weighted.contribution
                    end
                ),
                0
            ) as double
        ) as {{ scorer.name }}_contribution,
        {% endfor %}
        kept.list_count,
        kept.best_rank,
        kept.blend_score,
        kept.blend_rank
    from kept
    inner join weighted
        on kept.time_window = weighted.time_window
        and kept.user_index = weighted.user_index
        and kept.item_index = weighted.item_index
    group by
        kept.time_window,
        kept.user_index,
        kept.item_index,
        kept.list_count,
        kept.best_rank,
        kept.blend_score,
        kept.blend_rank

)

select * from final
