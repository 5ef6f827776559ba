"""Cash deposit (现金存款) at the counter."""
