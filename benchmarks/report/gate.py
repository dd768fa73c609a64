"""What is published in small shops, beside the blend and the best in hindsight."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.quality.small_shops import summarize
from benchmarks.report.text import paragraph, per_cent, share, table

_TEXT = (
    "Shops of 50 to 200 users with labels, drawn from users of public and generated "
    "ones of which no more than 100 or 200 were learned from. Regret: NDCG@10 on all "
    "users of `test` of the best ranking in hindsight less that of what these users "
    "would publish; of the blend, which would be published without a rule. Last: the "
    "share of shops in which what is published is better, or worse, than the blend."
)


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines of the section.

    Parameters
    ----------
    parts : mapping of str to dict
        As `small_shops.measure_set` returns them, by set.
    details : bool
        With machines.
    """
    found = summarize(parts)
    lines = [
        "## Small shops",
        "",
        *paragraph(_TEXT),
        *table(
            ["users", "shops", "blend", "published", "better", "worse"],
            [
                [
                    *(str(row["size"]), str(row["shops"])),
                    *(share(row["blend_regret"]), share(row["regret"])),
                    per_cent(row["better_than_blend"]),
                    per_cent(row["worse_than_blend"]),
                ]
                for row in found["sizes"]
            ],
        ),
    ]
    errors = " and ".join(f"{chosen:g}" for chosen in found["errors_elsewhere"])
    lines += paragraph(
        f"Over all shops {share(found['ratio'])} of the blend's regret; "
        f"{share(found['ratio_elsewhere'])} where the standard errors that a "
        f"challenger must be ahead by are chosen on one half of the shops ({errors}) "
        "and regret is counted in the other."
    )
    if details:
        for name, part in parts.items():
            lines += paragraph(f"{name}: {one_line(part['machine'])}.")
    return lines
