"""Cash ordered ahead (预约取现), through any channel."""
