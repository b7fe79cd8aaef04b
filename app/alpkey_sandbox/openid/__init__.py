"""The OpenID provider: the realm in which people sign in to the key gateway.

Authlib speaks the protocol; whom and what it asks about - people, clients, codes, sessions -
stands here. Paths and manners are those of Keycloak, as the centre's own provider is one.
"""
