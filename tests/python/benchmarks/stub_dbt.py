"""Stands in for dbt: records its calls, and works longer and larger in a full build."""

import json
import os
import pathlib
import sys
import time

RESULTS = [
    ("model.p.a", 2.0, '"shop"."marts"."a"'),
    ("model.p.b", 1.0, '"shop"."marts"."b"'),
    ("seed.p.s", 0.4, None),
    ("test.p.t", 0.5, None),
    ("unit_test.p.m.u", 0.6, None),
    ("model.p.c", 0.05, "`candidates`.`c`"),
]


def main(arguments):
    if os.environ["STUB_DBT"] == "fail":
        sys.exit("no dbt today")
    database = pathlib.Path(os.environ["PRECISION_MARKETING_DATABASE"])
    with open(os.environ["STUB_DBT"], "a") as calls:
        calls.write(json.dumps([arguments, str(database), database.exists()]) + "\n")
    assert os.environ["PRECISION_MARKETING_INPUT_DIR"] == ""
    if arguments[0] == "build":
        is_empty = "--empty" in arguments
        database.write_text("empty" if is_empty else "full" * 50_000)
        if not is_empty:
            ballast = b"x" * 300_000_000
            time.sleep(len(ballast) / 1e9)
        target = pathlib.Path(arguments[arguments.index("--target-path") + 1])
        target.mkdir(exist_ok=True)
        results = [
            {"unique_id": name, "execution_time": seconds, "relation_name": relation}
            for name, seconds, relation in RESULTS
        ]
        (target / "run_results.json").write_text(json.dumps({"results": results}))


if __name__ == "__main__":
    main(sys.argv[1:])
