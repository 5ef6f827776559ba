"""Opening an entity's account (单位开户)."""
