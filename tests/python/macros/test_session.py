"""A session of Spark in another zone stops the build at once."""

import types

import pytest
from macro_values import MacroValues


class StoppedError(Exception):
    """What `exceptions.raise_compiler_error` raises."""


def validate(zone):
    """Validate a session that is in a zone."""

    def stop(message):
        raise StoppedError(message)

    def run_query(query):
        assert query == "set spark.sql.session.timeZone"
        return [{"value": zone}]

    MacroValues(
        run_query=run_query,
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
