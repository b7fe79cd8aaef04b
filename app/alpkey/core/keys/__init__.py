"""Certificates and private keys in OpenSSH's formats, and checks of them."""
