"""A table of messages answered by a function, alone and in the engines that hand tables to functions."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from charley import Assistant
from charley.bulk import answer_batch
from charley.bulk.batch import COLUMNS, SPARK
from charley.errors import UsageError

pa = pytest.importorskip("pyarrow")

ROWS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d"],
    "text": ["why do my calves cramp at night?", "what about when pregnant?", "is quinine safe", None],
    "session": ["one", "one", None, None],
    "weight": [1.5, 2.5, 3.5, 4.5],
}
KINDS = ["answer", "answer", "answer", None]


def _table() -> Any:
    return pa.table(ROWS)


def test_each_row_keeps_its_columns_and_gets_its_reply(assistant: Assistant) -> None:
    answered = answer_batch(_table())
    assert answered.column_names == [*ROWS, *COLUMNS]
    assert answered.select(list(ROWS)).equals(_table())
    first = assistant.reply(ROWS["text"][0])
    second = assistant.reply(ROWS["text"][1], first.context)
    assert answered["reply_text"].to_pylist()[:2] == [str(first), str(second)]
    assert answered["reply_intents"].to_pylist()[:2] == [list(first.intents), list(second.intents)]
    assert json.loads(answered["reply_json"][1].as_py()) == {"id": "b", "line": 2, **json.loads(json.dumps(second.to_dict()))}
    assert answered["reply_error"].to_pylist() == [None, None, None, "no text"]


def test_a_record_batch_comes_back_as_one_and_nothing_as_nothing() -> None:
    (batch,) = _table().to_batches()
    assert answer_batch(batch).equals(answer_batch(_table()).combine_chunks().to_batches()[0])
    nothing = pa.RecordBatch.from_pylist([], schema=batch.schema)
    assert answer_batch(nothing).num_rows == 0
    assert answer_batch(nothing).schema == answer_batch(batch).schema


def test_another_column_and_one_that_is_not_there() -> None:
    table = _table().rename_columns(["id", "question", "session", "weight"])
    assert answer_batch(table, column="question")["reply_kind"].to_pylist() == KINDS
    with pytest.raises(UsageError, match="the columns are: id, question, session, weight"):
        answer_batch(table)


def test_polars() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.from_arrow(_table())
    assert polars.from_arrow(frame.pipe(answer_batch))["reply_kind"].to_list() == KINDS


def test_duckdb() -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.register("messages", _table())
        answered = answer_batch(connection.sql("select * from messages order by id"))
        connection.register("answered", answered)
        counts = connection.sql("select reply_kind, count(*) from answered group by 1 order by 2").fetchall()
    assert counts == [(None, 1), ("answer", 3)]


def test_pandas() -> None:
    pytest.importorskip("pandas")
    assert answer_batch(_table().to_pandas())["reply_kind"].to_pylist() == KINDS


@pytest.mark.slow
def test_dask() -> None:
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.from_pandas(_table().to_pandas(), npartitions=1)
    answered = frame.map_partitions(lambda part: answer_batch(part).to_pandas(), meta=answer_batch(_table()).to_pandas()[:0])
    assert answered.compute(scheduler="sync")["reply_kind"].tolist()[:3] == KINDS[:3]


@pytest.mark.slow
def test_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    build = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = build.config("spark.sql.warehouse.dir", str(tmp_path)).getOrCreate()
    try:
        frame = spark.createDataFrame([("a", ROWS["text"][0]), ("b", ROWS["text"][2])], "id string, text string")
        answered = frame.mapInArrow(lambda batches: map(answer_batch, batches), f"id string, text string, {SPARK}")
        assert [row.reply_kind for row in answered.collect()] == ["answer", "answer"]
    finally:
        spark.stop()


@pytest.mark.slow
def test_ray_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, ray = pytest.importorskip("ray.data"), pytest.importorskip("ray")
    from pyarrow import parquet

    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    parquet.write_table(_table(), tmp_path / "messages.parquet")
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        answered = data.read_parquet(str(tmp_path)).map_batches(answer_batch, batch_format="pyarrow").take_all()
    finally:
        ray.shutdown()
    assert [row["reply_kind"] for row in answered] == KINDS
    assert [row["weight"] for row in answered] == ROWS["weight"]
