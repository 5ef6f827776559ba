"""通知存款通知 Notice of a withdrawal."""
