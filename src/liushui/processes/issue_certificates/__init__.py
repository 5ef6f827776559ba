"""大额存单发行 Offer certificates."""
