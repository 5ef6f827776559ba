"""Report a loss (挂失): oral, written, and found again (解挂)."""
