"""Map the Open Bandit samples, six logs of 10,000 impressions, to the input contract.

Run `python -m examples.open_bandit --out folder`. The data come with the
PyPI package `obp`, whose CSV files DuckDB reads directly: the package itself would
bring PyTorch and is not imported. What the data can and cannot say is in
docs/open_bandit.md.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from examples.public_data import (
    SourceMissingError,
    command,
    literal,
    package_folder,
    write_inputs,
)

SOURCE_PACKAGE = "obp"
POLICIES = ("random", "bts")
CAMPAIGNS = ("all", "men", "women")
# Without its dependencies: the data need none of them.
INSTALL_HINT = "pip install --no-deps obp==0.4.1"

# One query per input file, over the view `log`: one row per impression.
QUERIES = {
    "events": """
        select
            touch_key as event_id,
            touch_key as user_id,
            item_key as item_id,
            'click' as event_type,
            shown_at as occurred_at,
            touch_key as recommendation_id
        from log
        where click = 1
        order by touch_key
    """,
    "items": """
        select
            item_key as item_id,
            concat('Item ', item_id, ' of ', campaign) as title,
            campaign as category,
            concat_ws('|', item_feature_1, item_feature_2, item_feature_3) as tags
        from item_context
        order by campaign, item_id
    """,
    "campaigns": """
        select
            campaign as campaign_id,
            'ZOZOTOWN ' || campaign as name,
            'onsite' as channel,
            'click' as objective,
            date_trunc('day', min(shown_at)) as started_at,
            date_trunc('day', max(shown_at)) + interval 1 day - interval 1 second
                as ended_at
        from log
        group by campaign
        order by campaign
    """,
    "campaign_touches": """
        with

        touches as (

            select
                *,
                unnest(
                    case when click = 1 then ['impression', 'click']
                    else ['impression'] end
                ) as touch_type
            from log

        )

        select
            concat_ws('-', touch_type, touch_key) as touch_id,
            campaign as campaign_id,
            -- The data name no user: each impression is somebody of its own.
            touch_key as user_id,
            policy as variant,
            'onsite' as channel,
            touch_type,
            shown_at as touched_at,
            item_key as item_id,
            position,
            case when touch_type = 'impression' then propensity_score end as propensity,
            touch_key as recommendation_id
        from touches
        order by touch_id
    """,
}


def find_source() -> Path:
    """Return the folder of CSV files inside the installed `obp`.

    Returns
    -------
    Path
        Its `dataset/obd` folder. The package itself is not imported.

    Raises
    ------
    SourceMissingError
        If the package is not installed; the message says what to install.
    """
    return package_folder(SOURCE_PACKAGE, INSTALL_HINT) / "dataset" / "obd"


def convert(source: Path, out: Path) -> dict[str, int]:
    """Write the input files of the contract that the data can fill.

    Parameters
    ----------
    source : Path
        Folder with `<policy>/<campaign>/<campaign>.csv` and `item_context.csv` beside
        each, for `POLICIES` and `CAMPAIGNS`.
    out : Path
        Folder for `<input>.parquet` for each of `QUERIES`; made if need be. Files of
        these names are replaced, each at once; other files are left alone.

    Returns
    -------
    dict of str to int
        Rows written by input, in the order of `QUERIES`.

    Raises
    ------
    SourceMissingError
        If a source file is absent.

    Notes
    -----
    About a second. Rows are ordered by key, so two runs write equal files.
    """
    logs, contexts = [], []
    for campaign in CAMPAIGNS:
        # Items of a campaign are the same under both policies.
        contexts.append(
            _view(source / POLICIES[0] / campaign / "item_context.csv", campaign)
        )
        for policy in POLICIES:
            path = source / policy / campaign / f"{campaign}.csv"
            logs.append(_view(path, campaign, policy))
    with duckdb.connect() as connection:
        connection.execute(f"create view log as {' union all '.join(logs)}")
        connection.execute(
            f"create view item_context as {' union all '.join(contexts)}"
        )
        return write_inputs(connection, QUERIES, out)


def _view(path: Path, campaign: str, policy: str = "") -> str:
    """Return a query of one CSV file; a log if a policy is given, else its items."""
    if not path.is_file():
        raise SourceMissingError(
            f"{path} is missing: version 0.4.1 of {SOURCE_PACKAGE} has it; run "
            f"{INSTALL_HINT}"
        )
    file = f"read_csv({literal(path)}, all_varchar = true)"
    item_key = f"concat_ws('-', '{campaign}', item_id) as item_key"
    if not policy:
        return (
            f"select cast(item_id as integer) as item_id, '{campaign}' as campaign, "
            f"{item_key}, item_feature_1, item_feature_2, item_feature_3 from {file}"
        )
    # The first column has no name and numbers the rows; every time ends on +00:00.
    return (
        f"select '{policy}' as policy, '{campaign}' as campaign, {item_key}, "
        f"concat_ws('-', '{policy}', '{campaign}', lpad(#1, 4, '0')) "
        "as touch_key, cast(replace(timestamp, '+00:00', '') as timestamp) as "
        "shown_at, cast(position as integer) as position, "
        "cast(click as integer) as click, "
        f"cast(propensity_score as double) as propensity_score from {file}"
    )


main = command(
    lambda out: convert(find_source(), out),
    description="Write the Open Bandit samples (60,000 impressions, two policies) "
    "as Parquet input files for the build.",
    install_hint=INSTALL_HINT,
    inputs=list(QUERIES),
)

if __name__ == "__main__":
    main(prog_name="python -m examples.open_bandit")
