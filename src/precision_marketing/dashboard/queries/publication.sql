-- The build that all marts of the file come from.
select build_id, code_version, ended_at, published_at, data_until, tests_passed, tests_warned
from publication.build
