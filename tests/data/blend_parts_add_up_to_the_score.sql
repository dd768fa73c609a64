-- Tolerance: four doubles of size about 1, added in one order or another.
select
    user_id,
    recommendation_rank
from {{ ref("recommendations") }}
where published_ranking = 'blend'
    and abs(
        score
        {% for scorer in precision_marketing.scorers() %}
        - {{ scorer.name }}_contribution
        {% endfor %}
    ) > 1e-9
