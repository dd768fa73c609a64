-- Grain: one row per time window, user and item of the user's best by the blend.
{% set scorers = precision_marketing.scorers() %}
with

scaled_candidates as (

    select * from {{ ref("scaled_candidates") }}

),

pivoted as (

    select
        time_window,
        user_index,
        item_index,
        {% for scorer in scorers %}
        max(case when scorer = '{{ scorer.name }}' then scaled_score end)
            as {{ scorer.name }}_scaled_score,
        max(case when scorer = '{{ scorer.name }}' then scorer_rank end)
            as {{ scorer.name }}_rank,
        {% endfor %}
        count(*) as list_count
    from scaled_candidates
    group by time_window, user_index, item_index

),

contributions as (

    select
        {% for scorer in scorers %}
        coalesce({{ scorer.name }}_scaled_score, 0e0)
        * cast({{ scorer.blend_weight }} as double)
            as {{ scorer.name }}_contribution,
        {% endfor %}
        *
    from pivoted

),

blended as (

    select
        *,
        {% for scorer in scorers %}
        {{ scorer.name }}_contribution{{ " +" if not loop.last }}
        {% endfor %}
            as blend_score
    from contributions

),

ranked as (

    select
        *,
        row_number() over (
            partition by time_window, user_index
            order by round(blend_score, 9) desc, item_index
        ) as blend_rank
    from blended

),

final as (

    select *
    from ranked
    where blend_rank <= {{ var("candidates_per_scorer") }}

)

select * from final
