"""A session of Spark that would make other tables stops the build at once."""

import types

import pytest
from macro_values import MacroValues


class StoppedError(Exception):
    """What `exceptions.raise_compiler_error` raises."""


def validate(zone="UTC", loader="precision_marketing"):
    """Validate a session in a zone, where a package's macro loads seeds."""

    def stop(message):
        raise StoppedError(message)

    def run_query(query):
        assert query == "set spark.sql.session.timeZone"
        return [{"value": zone}]

    def dispatch(name, namespace):
        assert (name, namespace) == ("load_csv_rows", "dbt")
        return types.SimpleNamespace(macro=types.SimpleNamespace(package_name=loader))

    MacroValues(
        run_query=run_query,
        project_name="tea_shop",
        adapter=types.SimpleNamespace(dispatch=dispatch),
        exceptions=types.SimpleNamespace(raise_compiler_error=stop),
    ).spark__validate_session()


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_a_session_in_utc_is_sound(zone):
    validate(zone)


def test_any_other_zone_is_named_with_the_fix():
    with pytest.raises(StoppedError) as stopped:
        validate("America/New_York")
    assert "zone `America/New_York`" in str(stopped.value)
    assert "set `spark.sql.session.timeZone: UTC`" in str(stopped.value)
    assert "server_side_parameters" in str(stopped.value)


def test_a_host_that_loads_seeds_as_dbt_spark_does_is_told_what_to_add():
    with pytest.raises(StoppedError) as stopped:
        validate(loader="dbt_spark")
    assert "search_order: [tea_shop, precision_marketing, dbt]" in str(stopped.value)
