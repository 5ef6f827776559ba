"""Reverse a journal (冲正), authorised by somebody else."""
