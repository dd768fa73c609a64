-- Promise 4: asked of the inputs' own rows, not of the users that were derived.
select recommendations.user_id
from {{ ref("precision_marketing", "recommendations") }} as recommendations
inner join {{ ref("precision_marketing", "stg_erasure_requests") }} as requests
    on recommendations.user_id = requests.user_id
union all
select recommendations.user_id
from {{ ref("precision_marketing", "recommendations") }} as recommendations
inner join {{ ref("precision_marketing", "stg_users") }} as users
    on recommendations.user_id = users.user_id
where not users.has_profiling_consent
