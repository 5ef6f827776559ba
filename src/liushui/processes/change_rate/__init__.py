"""Change a posted rate (利率调整), approved by somebody else."""
