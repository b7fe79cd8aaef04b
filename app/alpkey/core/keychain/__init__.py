"""The keychain's entries for passwords, codes, sessions and passphrases."""
