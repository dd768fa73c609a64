"""`precision-marketing export` and its commands."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import click

from precision_marketing.command_line import options
from precision_marketing.command_line.outcomes import STOPPED

# As `exports.platforms` and `exports.audiences` have them; a test holds them together.
PLATFORMS = ("google", "meta", "tiktok")
FORMATS = (*PLATFORMS, "csv", "parquet")


@click.group()
def export() -> None:
    """Write audiences for ad platforms, or marts for other tools.

    Of the published file only; what is not whole is refused.
    """


def _status(text: str) -> AbstractContextManager:
    from rich.console import Console

    return Console(stderr=True).status(text)


@export.command(short_help="Write an audience as a platform's file of customers.")
@options.database
@options.published
@click.option("--audience", required=True, metavar="CAMPAIGN", help="A campaign_id.")
@click.option(
    "--format", "name", type=click.Choice(FORMATS), required=True, help="Whose file."
)
@click.option(
    "--contacts",
    type=options.PATH,
    help="CSV or Parquet with user_id and any of email, phone, first_name, last_name,"
    " city, state, zip, country. No build reads it.",
)
@click.option(
    "--country",
    metavar="CODE",
    help="Country of phone numbers and addresses without one, such as US.",
)
@click.option("--out", type=options.FOLDER, required=True, help="Folder to write to.")
def audiences(
    database: Path | None,
    published: Path | None,
    audience: str,
    name: str,
    contacts: Path | None,
    country: str | None,
    out: Path,
) -> None:
    """Write an audience, its holdout beside it, and record who was exported.

    E-mail, phone and names are hashed (SHA-256) in the form that the platform asks
    for. Consent is checked again, and erased users are left out.
    """
    from precision_marketing.exports.audiences import export_audience

    path = options.published_file(published, database)
    if database is None and published is None:
        database = options.DATABASE
    with _status("Writing the audience"):
        done = export_audience(path, audience, name, out, contacts, database, country)
    counts = done.counts
    click.echo(
        f"{counts['sent']:,} users of {audience} for {name}, {counts['holdout']:,} "
        f"of its holdout in a file of their own: {done.folder}"
    )
    click.echo(
        f"Left out: {counts['without_contact']:,} without a contact of their own, "
        f"{counts['no_consent']:,} without consent, {counts['erased']:,} erased. "
        f"Unreadable: {counts['unreadable_emails']:,} e-mails, "
        f"{counts['unreadable_phones']:,} phone numbers."
    )
    for warning in done.warnings:
        click.echo(f"Warning: {warning}", err=True)


@export.command(short_help="List what was exported, and what each changed.")
@options.database
@options.published
def history(database: Path | None, published: Path | None) -> None:
    """List the exports of audiences: sent, held out, new and gone since the last."""
    from precision_marketing.exports.record import exports_of
    from precision_marketing.publishing.text_table import Column, format_table

    found = exports_of(options.published_file(published, database))
    if not found:
        click.echo("Nothing was exported yet.")
        return
    numbers = ("sent", "holdout", "new", "gone")
    click.echo(
        format_table(
            [
                *(Column("exported at"), Column("audience"), Column("format")),
                *(Column(name, is_number=True) for name in numbers),
                *(Column("build"), Column("export")),
            ],
            [
                [
                    *(sent.exported_at, sent.campaign_id, sent.format),
                    *(f"{sent.sent_user_count:,}", f"{sent.holdout_user_count:,}"),
                    *(f"{sent.added_user_count:,}", f"{sent.gone_user_count:,}"),
                    *(sent.build_id, sent.export_id),
                ]
                for sent in found
            ],
        )
    )


@export.command(short_help="Say whether a file is as a platform asks for.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "name",
    type=click.Choice(PLATFORMS),
    required=True,
    help="Whose file.",
)
@click.pass_context
def validate(ctx: click.Context, file: Path, name: str) -> None:
    """Say whether a file is as a platform's documentation asks for."""
    from precision_marketing.exports import platforms
    from precision_marketing.exports.validation import faults_of

    faults, warnings = faults_of(file, platforms.PLATFORMS[name])
    for sentence in (*faults, *warnings):
        click.echo(sentence)
    click.echo(f"{file} is {'not ' if faults else ''}as {name} asks for.")
    if faults:
        ctx.exit(STOPPED)


_marts = click.option(
    "--mart", "marts", multiple=True, help="A mart; several times.  [default: all]"
)


def _say_rows(rows: dict[str, int], where: object) -> None:
    click.echo(f"{len(rows)} marts, {sum(rows.values()):,} rows: {where}")


@export.command(short_help="Write marts as Parquet files.")
@options.database
@options.published
@options.profile
@_marts
@click.option(
    "--out", type=options.FOLDER, required=True, help="Folder; replaced at once."
)
def parquet(
    database: Path | None,
    published: Path | None,
    profile: str | None,
    marts: tuple[str, ...],
    out: Path,
) -> None:
    """Write marts as Parquet files, with types and descriptions."""
    from precision_marketing.exports.parquet import export_parquet

    path = options.published_file(published, database, profile)
    with _status("Writing the marts"):
        rows = export_parquet(path, out, marts)
    _say_rows(rows, out)


@export.command(short_help="Copy marts into a schema of PostgreSQL.")
@options.database
@options.published
@options.profile
@_marts
@click.option(
    "--dsn",
    default="",
    envvar="PRECISION_MARKETING_POSTGRES",
    show_envvar=True,
    help="Where: 'host=... dbname=... user=...' or postgresql://..., without password."
    "  [default: PGHOST, PGDATABASE and so on]",
)
@click.option(
    "--to-schema",
    default="marts",
    show_default=True,
    help="Schema there; replaced at once.",
)
def postgres(
    database: Path | None,
    published: Path | None,
    profile: str | None,
    marts: tuple[str, ...],
    dsn: str,
    to_schema: str,
) -> None:
    """Copy marts into a schema of PostgreSQL, in one transaction.

    Types, descriptions, primary keys and grants are kept. The password is PGPASSWORD
    or in ~/.pgpass.
    """
    try:
        from precision_marketing.exports.postgres import export_postgres
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"{error.name} is missing: pip install 'precision-marketing[postgres]'"
        ) from error
    path = options.published_file(published, database, profile)
    with _status("Copying the marts"):
        rows = export_postgres(path, dsn, to_schema, marts)
    _say_rows(rows, f"schema {to_schema}")
