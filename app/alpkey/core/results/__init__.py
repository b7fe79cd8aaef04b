"""The objects that commands return, by subject: the shapes of ``--json``, shared by all readers.

The command line prints them, windows read them from a child's ``done`` event.  The modules import
no subject package, so every layer and subject can use them.
"""
