"""A holder comes for a dormant account (激活久悬户)."""
