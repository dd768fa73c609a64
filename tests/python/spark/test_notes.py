"""A build on Spark has succeeded where all that makes a table or tests one has."""

from types import SimpleNamespace

import pytest
from macro_values import MacroValues

MODEL, TEST, EXPOSURE = "model.a.orders", "test.a.key", "exposure.a.dashboard"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({MODEL: "finished", TEST: "finished"}, "succeeded"),
        ({MODEL: "finished", TEST: "warned"}, "succeeded"),
        ({MODEL: "finished", TEST: "unfinished"}, "failed"),
        # What was never reached has no state.
        ({MODEL: "finished"}, "failed"),
    ],
)
def test_a_build_has_succeeded_where_all_its_nodes_have(states, expected):
    macros = MacroValues(
        "builds",
        # Nothing is made of an exposure: it has no state, and is no node.
        selected_resources=[MODEL, TEST, EXPOSURE],
        graph=SimpleNamespace(nodes={MODEL: {}, TEST: {}}),
        flags=SimpleNamespace(EMPTY=False, SAMPLE=False),
    )
    assert macros.state_on_spark(states) == expected
