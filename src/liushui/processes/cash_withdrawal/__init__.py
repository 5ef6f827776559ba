"""Cash withdrawal (现金取款) at the counter."""
