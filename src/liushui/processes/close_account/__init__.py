"""Close an account (销户): what stands in the way, what is left, card and vouchers back."""
