"""An entity ends its agreement deposit (协定存款终止)."""
