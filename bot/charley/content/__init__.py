"""YAML files → checked, frozen values. Knows nothing of messages."""
