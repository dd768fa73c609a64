"""The package's SQL macros of some folders, rendered without dbt and run on DuckDB."""

from pathlib import Path

import duckdb
import jinja2
import pandas as pd
from macro_values import macro_module

PROJECT = Path(__file__).parents[3]
MODELS = PROJECT / "models"


class SqlMacros:
    """What the macros see of dbt: each other, under the package's name."""

    def __init__(self, *folders: str, engine: str = "default"):
        self._engine = engine
        self._seen = {
            "precision_marketing": self,
            "adapter": self,
            "return": self._return,
        }
        self._returned = None
        self._module = macro_module(*folders, **self._seen)

    def model(self, name: str, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a model's table of the tables of its connection, without dbt."""
        (file,) = MODELS.rglob(f"{name}.sql")
        template = jinja2.Template(
            file.read_text(encoding="utf-8"), extensions=["jinja2.ext.do"]
        )
        sql = template.render(self._seen, ref=lambda *names: names[-1])
        connection.execute(f"create or replace table {name} as {sql}")

    def dispatch(self, name: str, package: str):
        """Return the macro as the engine has it, which is DuckDB unless said."""
        own = f"{self._engine}__{name}"
        return getattr(self, own if hasattr(self._module, own) else f"default__{name}")

    def _return(self, value):
        self._returned = value
        return value

    def __getattr__(self, name: str):
        macro = getattr(self._module, name)

        def call(*arguments, **named):
            text = str(macro(*arguments, **named)).strip()
            returned, self._returned = self._returned, None
            return text if returned is None or isinstance(returned, str) else returned

        return call


def evaluate(rows: pd.DataFrame, expressions: dict[str, str]) -> pd.DataFrame:
    """Return each SQL expression over the columns of the rows, in their order."""
    columns = ", ".join(f"{sql} as {name}" for name, sql in expressions.items())
    with duckdb.connect() as connection:
        connection.register("numbered", rows.assign(row_number=range(len(rows))))
        return connection.sql(
            f"select {columns} from numbered order by row_number"
        ).df()
