"""What the gate publishes for small shops, beside the best in hindsight.

Shops of 50, 100 and 200 users with labels are drawn from those of finished builds, and
the gate's own models choose for each; regret is the NDCG@10 on `test`, over all of the
build's users, of the best ranking less that of the chosen one. Two calls: one draws,
then `dbt run --select gate_votes+1 ... --exclude gate_votes` chooses, one counts.
"""

import json
from pathlib import Path

import click
import duckdb

from benchmarks.options import FILE
from benchmarks.targets import SMALL_SHOP_REGRET

SIZES = (50, 100, 200)
DRAWS = 8
# What dbt runs between the two calls.
GATE = ("gate_opponents", "gate_margins", "gate_wins", "gate_steps")
# With fewer users than this many times the shop's, hindsight is the shop's own.
LEAST_SHARE = 1.2
# Drawn users of a window are in proportion to its users with a label.
_DRAW = """
    insert into candidates.gate_votes
    with users as (
        select distinct time_window, user_index from of_build
    ),
    counts as (
        select
            count(*) filter (time_window = 'train') as train_count,
            count(*) filter (time_window = 'test') as test_count
        from users
    ),
    drawn as (
        select users.time_window, users.user_index
        from users cross join counts
        where train_count >= {least} * {size}
        qualify row_number() over (
            partition by users.time_window
            order by md5(users.user_index || ' {shop}'), users.user_index
        ) <= case users.time_window when 'train' then {size}
            else round({size} * test_count / train_count) end
    )
    select '{shop}' as choice, time_window, scorer, user_index, ndcg_at_10
    from of_build inner join drawn using (time_window, user_index)
"""
_REGRETS = """
    with best as (
        select build, max(ndcg_at_10) as best from candidates.hindsight group by build
    ),
    chosen as (
        select split_part(choice, '/', 1) as build, split_part(choice, '/', 2) as size,
            arg_max(winner, step) as scorer
        from candidates.gate_steps group by choice
    )
    select chosen.size, count(*) as shops,
        avg(best.best - blend.ndcg_at_10) as blend_regret,
        avg(best.best - published.ndcg_at_10) as regret,
        avg((published.ndcg_at_10 > blend.ndcg_at_10)::int) as better_than_blend,
        avg((published.ndcg_at_10 < blend.ndcg_at_10)::int) as worse_than_blend
    from chosen
    inner join best using (build)
    inner join candidates.hindsight as published using (build, scorer)
    inner join candidates.hindsight as blend
        on chosen.build = blend.build and blend.scorer = 'blend'
    group by chosen.size order by chosen.size::int
"""


def draw(builds: list[Path], database: Path) -> None:
    """Write the votes of drawn shops where the gate reads them.

    Parameters
    ----------
    builds : list of Path
        Databases of finished builds; a shop is named by its build's folder.
    database : Path
        Made where it is missing.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            create schema if not exists candidates;
            create or replace table candidates.gate_votes (choice varchar,
                time_window varchar, scorer varchar, user_index integer,
                ndcg_at_10 double);
            create or replace table candidates.hindsight (build varchar,
                scorer varchar, ndcg_at_10 double);
        """)
        for path in builds:
            build = path.parent.name
            connection.execute(f"attach '{path}' as build (read_only)")
            connection.execute("""
                create or replace temp table of_build as
                select time_window, scorer, user_index, ndcg_at_k as ndcg_at_10
                from build.candidates.user_ranking_quality where k = 10
            """)
            connection.execute("detach build")
            connection.execute(
                "insert into candidates.hindsight select ?, scorer, avg(ndcg_at_10)"
                " from of_build where time_window = 'test' group by scorer",
                [build],
            )
            for size in SIZES:
                for number in range(DRAWS):
                    shop = f"{build}/{size}/{number}"
                    connection.execute(
                        _DRAW.format(shop=shop, size=size, least=LEAST_SHARE)
                    )


def regrets(database: Path) -> dict:
    """Return the regret of what the gate chose, and of the blend, by size.

    Parameters
    ----------
    database : Path
        In which `draw` wrote and dbt ran the gate.

    Returns
    -------
    dict
        JSON-ready: `sizes`, a list of size, shops, blend_regret, regret,
        better_than_blend and worse_than_blend (shares of shops); `ratio`, of both
        regrets over all shops; `is_reached`, whether it is at most the target.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        sizes = connection.execute(_REGRETS).to_arrow_table().to_pylist()
    of_gate, of_blend = (
        sum(row[name] * row["shops"] for row in sizes)
        for name in ("regret", "blend_regret")
    )
    ratio = of_gate / of_blend
    return {"sizes": sizes, "ratio": ratio, "is_reached": ratio <= SMALL_SHOP_REGRET}


@click.command(help=__doc__)
@click.option("--build", "builds", type=FILE, multiple=True, help="Draw from these.")
@click.option("--database", type=click.Path(path_type=Path), required=True)
def main(builds: tuple[Path, ...], database: Path) -> None:
    """Draw, or print the regrets as JSON."""
    if builds:
        draw(list(builds), database)
    else:
        print(json.dumps(regrets(database)))


if __name__ == "__main__":
    main()
