"""An entity agrees on an agreement deposit (协定存款签约)."""
