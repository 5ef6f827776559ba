"""大额存单转让 Transfer a certificate."""
