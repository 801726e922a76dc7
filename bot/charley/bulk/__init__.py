"""Many messages at once: files in, files out."""
