"""Content → the built bank: examples, training, packing, cache."""
