"""Many generated shops in one input folder: one build measures them all.

Every id gets its shop's label, so that no two shops share a user, an item, an order, a
touch or a session. Campaigns get a label too: of their shop, or of one of fewer sets,
so that the campaigns of several shops become one of many users. So do currencies:
lifts of revenue are shrunk within each, the ten campaigns of a shop among themselves.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import pandas as pd

from benchmarks.options import FOLDER
from examples.example_data.campaigns import CAMPAIGNS, CONTROL, campaign_id
from examples.example_data.design import Design
from examples.example_data.files import write_parquet
from examples.example_data.generation import generate

_CAMPAIGN = "campaign_id"
_TRUTHS = "truths"


@dataclass(frozen=True)
class Stack:
    """Shops to be stacked.

    Attributes
    ----------
    shops : int
        Their seeds are 1, 2 and so on.
    users : int
        Of each shop.
    campaign_sets : int
        Ten campaigns in each; as many as shops and copies, and each has its own.
    copies : int
        Of each shop, under labels of their own: for size alone, since copies behave
        alike.
    items : int, optional
        Of each shop; by default what the generator makes of the users.
    events_per_user : float
        As the generator takes it.
    holdout_share : float
        Of the users of each shop, the share held out of all its campaigns.
    """

    shops: int
    users: int
    campaign_sets: int
    copies: int = 1
    items: int | None = None
    events_per_user: float = 20.0
    holdout_share: float = 0.0


def label(number: int) -> str:
    """Return the label of the shop, or set of campaigns, of a number from 1.

    Examples
    --------
    >>> label(7)
    's007-'
    """
    return f"s{number:03d}-"


def with_labels(
    table: pd.DataFrame, shop_label: str, campaign_label: str
) -> pd.DataFrame:
    """Return a raw table with labels before every id that is not missing.

    Parameters
    ----------
    table : DataFrame
        One input, all columns text.
    shop_label, campaign_label : str
        Put before the campaign's id, and before all other ids.

    Examples
    --------
    >>> rows = pd.DataFrame({"user_id": [" u1", " ", None], "campaign_id": "c1"})
    >>> with_labels(rows, "s2-", "s1-").fillna("").values.tolist()
    [['s2-u1', 's1-c1'], ['', 's1-c1'], ['', 's1-c1']]
    """
    labelled = {}
    for column in table.columns:
        if column.endswith("_id"):
            # Blanks around an id do not make it another one, and no id is no id.
            ids = table[column].str.strip().replace("", None)
            labelled[column] = (
                campaign_label if column == _CAMPAIGN else shop_label
            ) + ids
    if "currency" in table.columns:
        labelled["currency"] = campaign_label.strip("-").upper()
    return table.assign(**labelled)


def write_shop(stack: Stack, number: int, folder: Path) -> None:
    """Write one shop and its copies: `<input>/<label>.parquet`, and their truth."""
    data = generate(
        users=stack.users,
        items=stack.items,
        seed=number,
        events_per_user=stack.events_per_user,
        design=Design(holdout_share=stack.holdout_share),
    )
    for name in (*data.tables, _TRUTHS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    first = (number - 1) * stack.copies + 1
    for copy in range(first, first + stack.copies):
        own, campaigns = label(copy), label((copy - 1) % stack.campaign_sets + 1)
        for name, table in data.tables.items():
            path = folder / name / f"{own}.parquet"
            write_parquet(with_labels(table, own, campaigns), path)
        truth = json.dumps(data.truth)
        (folder / _TRUTHS / f"{own}.json").write_text(truth, encoding="utf-8")


def write_stack(stack: Stack, folder: Path, processes: int = 1) -> None:
    """Write all shops, some at the same time; memory is that of as many shops."""
    numbers = range(1, stack.shops + 1)
    if processes == 1:
        for number in numbers:
            write_shop(stack, number, folder)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for future in [
            pool.submit(write_shop, stack, number, folder) for number in numbers
        ]:
            future.result()


def truths(folder: Path) -> Iterator[tuple[str, dict]]:
    """Yield each shop's label and what its generator knows."""
    for path in sorted((folder / _TRUTHS).glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def true_variants(folder: Path) -> pd.DataFrame:
    """Return the truth about every treated variant of every shop's campaigns.

    Returns
    -------
    DataFrame
        campaign_id (as in the stack), campaign (without label), variant, and by variant
        and for the control (`control_...`) `assigned_users`, `converting_users`,
        `revenue_cents`; the effects `conversion` and `revenue` (money per user).
    """
    counts = ("assigned_users", "converting_users", "revenue_cents")
    rows = []
    for shop, truth in truths(folder):
        for campaign, told in truth["campaigns"].items():
            control = told["variants"]["control"]
            for variant, row in told["variants"].items():
                if variant != "control":
                    rows.append(
                        {
                            "campaign_id": shop + campaign,
                            "campaign": campaign,
                            "variant": variant,
                            "conversion": row["conversion_effect"],
                            "revenue": row["revenue_effect_cents_per_user"] / 100,
                            **{name: row[name] for name in counts},
                            **{f"control_{name}": control[name] for name in counts},
                        }
                    )
    return pd.DataFrame(rows)


def true_campaigns(folder: Path) -> pd.DataFrame:
    """Return what every campaign of every shop was worth per assigned user.

    Returns
    -------
    DataFrame
        campaign_id (as in the stack), campaign (without label), unit_margin_rate;
        `revenue_per_user`, the expected effect of all treated arms together, and
        `spend_per_user`, of the treated, NaN where no spend is known: money.
    """
    margins = {
        campaign_id(index): campaign.unit_margin_rate
        for index, campaign in enumerate(CAMPAIGNS)
    }
    rows = []
    for shop, truth in truths(folder):
        for campaign, told in truth["campaigns"].items():
            arms = [row for name, row in told["variants"].items() if name != CONTROL]
            users = sum(row["assigned_users"] for row in arms)
            cents = sum(
                row["assigned_users"] * row["revenue_effect_cents_per_user"]
                for row in arms
            )
            spend = told["spend_cents"]
            rows.append(
                {
                    "campaign_id": shop + campaign,
                    "campaign": campaign,
                    "unit_margin_rate": margins[campaign],
                    "revenue_per_user": cents / users / 100,
                    "spend_per_user": None if spend is None else spend / users / 100,
                }
            )
    return pd.DataFrame(rows).astype({"spend_per_user": float})


@click.command(help=__doc__)
@click.option("--out", type=FOLDER, required=True)
@click.option("--shops", type=int, required=True)
@click.option("--users", type=int, required=True)
@click.option("--campaign-sets", type=int, required=True)
@click.option("--copies", type=int, default=1, show_default=True)
@click.option("--items", type=int)
@click.option("--events-per-user", type=float, default=20.0, show_default=True)
@click.option("--holdout-share", type=float, default=0.0, show_default=True)
@click.option("--processes", type=int, default=1, show_default=True)
def main(out: Path, processes: int, **stack: Any) -> None:
    """Generate the shops and write them as one."""
    write_stack(Stack(**stack), out, processes)


if __name__ == "__main__":
    main()
