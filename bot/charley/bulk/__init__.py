"""Many messages at once: files in, files out; tables in, tables out."""

from charley.bulk.batch import answer_batch

__all__ = ["answer_batch"]
