"""Renewals: new certificates from the services, by the user or automatically."""
