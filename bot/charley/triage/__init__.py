"""Red flags, before anything else."""
