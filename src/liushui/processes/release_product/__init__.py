"""Release a version of a deposit product (产品发布), tried out and approved by somebody else."""
