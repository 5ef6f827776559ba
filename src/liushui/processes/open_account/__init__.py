"""Opening an individual's account (开户)."""
