"""A customer withdraws a complaint (撤回投诉)."""
