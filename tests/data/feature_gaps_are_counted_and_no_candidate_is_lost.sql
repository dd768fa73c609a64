-- Counted here on their own: gaps of three features, and candidates that were kept, of
-- the users that the mart looks at.
with

steps as (

    select
        time_window,
        cast(greatest(floor(count(*) / 10000e0), 1) as integer) as user_step
    from {{ ref("precision_marketing", "int_window_users") }}
    where is_scored
    group by time_window

),

counted as (

    select
        candidates.time_window,
        count(*) as candidate_count,
        count(*) filter (where candidates.affinity__category_share is null)
            as without_category,
        count(*) filter (where candidates.scores__popularity is null)
            as without_popularity,
        count(*) filter (where candidates.user__mean_gap is null) as without_gap
    from {{ ref("precision_marketing", "candidate_feature_values") }} as candidates
    inner join steps
        on candidates.time_window = steps.time_window
        and mod(candidates.user_index, steps.user_step) = 0
    group by candidates.time_window

),

kept as (

    select
        candidates.time_window,
        count(*) as kept_count
    from {{ ref("precision_marketing", "candidate_features") }} as candidates
    inner join steps
        on candidates.time_window = steps.time_window
        and mod(candidates.user_index, steps.user_step) = 0
    group by candidates.time_window

)

select
    gaps.time_window,
    gaps.feature
from {{ ref("precision_marketing", "feature_gaps") }} as gaps
inner join counted on gaps.time_window = counted.time_window
left join kept on gaps.time_window = kept.time_window
where gaps.candidate_count <> counted.candidate_count
    or (
        gaps.feature = 'affinity__category_share'
        and gaps.missing_count <> counted.without_category
    )
    or (
        gaps.feature = 'scores__popularity'
        and gaps.missing_count <> counted.without_popularity
    )
    or (
        gaps.feature = 'user__mean_gap' and gaps.missing_count <> counted.without_gap
    )
    or (gaps.gap_rule = 'fill' and gaps.candidate_count < kept.kept_count)
    {% if "drop" not in precision_marketing.feature_gap_rules().values() %}
    or gaps.candidate_count <> coalesce(kept.kept_count, 0)
    {% endif %}
