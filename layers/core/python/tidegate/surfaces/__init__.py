"""The wire protocols: request models, presenters, error tables, nothing else."""
