"""Answers a table of messages in memory: what engines for data (Ray Data, Spark, Dask, Polars, DuckDB) hand to a function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from charley.bulk.pool import Answerer
from charley.bulk.records import row
from charley.errors import UsageError

if TYPE_CHECKING:
    import pyarrow

    from charley.assistant import Assistant

COLUMNS = {
    "reply_kind": "string",
    "reply_intents": "list<string>",
    "reply_triage": "string",
    "reply_confidence": "double",
    "reply_text": "string",
    "reply_json": "string",
    "reply_error": "string",
}
"""The columns that are added, with their types in Arrow's words."""
SPARK = ", ".join(f"{name} {'array<string>' if kind.startswith('list') else kind}" for name, kind in COLUMNS.items())
"""The same as a schema in Spark's words."""


def answer_batch(table: Any, *, column: str = "text", content: str | None = None, region: str | None = None) -> Any:
    """The table with the columns `COLUMNS` behind its own; one row for each, in order.

    Rows with the same value in the column `session`, where there is one, are one conversation, in order: an engine that parts
    a table among workers must keep a session's rows together (by grouping by `session`). The assistant is made once for each
    process. A row that cannot be answered has an error in `reply_error`, and nothing in the other new columns.

    Args:
        table: an Arrow table or record batch, or whatever hands itself over as one (a Polars or pandas frame, a relation of
            DuckDB). A record batch comes back as a record batch, all else as an Arrow table.
        column: the column of the messages.
        content, region: as for `Assistant`.

    Raises:
        UsageError: there is no such column, or pyarrow is not installed.
        ContentError: the content cannot be used.
    """
    try:
        import pyarrow as pa
    except ModuleNotFoundError:
        raise UsageError("this needs the package 'pyarrow': pip install 'charley[parquet]'") from None
    whole = _table(table, pa)
    if column not in whole.column_names:
        raise UsageError(f"there is no column '{column}'; the columns are: {', '.join(whole.column_names)}")
    answerer = Answerer(assistant(content, region))
    wanted = [name for name in dict.fromkeys(("id", column, "session")) if name in whole.column_names]
    results = [answerer(row(i, value, column)) for i, value in enumerate(whole.select(wanted).to_pylist(), 1)]
    for name, kind in COLUMNS.items():
        whole = whole.append_column(name, pa.array([_value(name, result) for result in results], _type(kind, pa)))
    if not isinstance(table, pa.RecordBatch):
        return whole
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in whole.columns], schema=whole.schema)


def _table(table: Any, pa: Any) -> pyarrow.Table:
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    if hasattr(table, "arrow"):  # a relation of DuckDB
        return _table(table.arrow(), pa)
    return pa.Table.from_pandas(table, preserve_index=False)


def _type(kind: str, pa: Any) -> Any:
    return {"string": pa.string(), "double": pa.float64(), "list<string>": pa.list_(pa.string())}[kind]


def _value(name: str, result: Mapping[str, Any]) -> Any:
    if result["kind"] == "error":
        return result["error"] if name == "reply_error" else None
    if name == "reply_json":
        return json.dumps(result, ensure_ascii=True)
    return result.get(name.removeprefix("reply_"))


@lru_cache(maxsize=4)
def assistant(content: str | None, region: str | None) -> Assistant:
    """The assistant of this process."""
    from charley.assistant import Assistant

    return Assistant(content, region=region)
