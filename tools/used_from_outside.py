# Names that nothing in app/ mentions although libraries use them: vulture reads them here.
# ruff: noqa
# Each group says who calls them.  What belongs to none of these groups is dead: delete it.

# Qt calls event handlers by name.
_.dragEnterEvent
_.dropEvent
_.eventFilter
_.wheelEvent

# click calls what its own classes are derived to override, and reads its context.
_.convert
_.default_map
_.format_commands
_.get_command
_.list_commands

# datetime asks a time zone.
_.dst
_.fromutc

# keyring, jeepney, requests and urllib3 call or read them.
_.cert_reqs
_.cert_verify
_.flags
_.get_preferred_collection

# http.server, socketserver and wsgiref read or call them.
_.address_family
_.close_connection
_.daemon_threads
_.date_time_string
_.disable_nagle_algorithm
_.do_DELETE
_.do_HEAD
_.do_OPTIONS
_.do_PATCH
_.do_POST
_.do_PUT
_.log_message
_.protocol_version
_.request_queue_size
_.server_bind
_.version_string
_.wbufsize

# shlex and Werkzeug read attributes that the sandbox sets.
_.content_length
_.whitespace_split

# asyncssh calls a server's methods, with these arguments, and reads what it is left.
_._cert_options
_._key_options
_._validate_openssh_certificate
_.begin_auth
_.connection_lost
_.connection_made
_.connection_requested
_.public_key_auth_supported
_.get_port
_.server_requested
_.session_requested
exc
orig_host
orig_port

# Authlib calls the methods of the sandbox's provider, and reads what its records hold.
_.CLIENT_AUTH_METHODS
_.INCLUDE_NEW_REFRESH_TOKEN
_.SUPPORTED_CODE_CHALLENGE_METHOD
_.TOKEN_ENDPOINT_AUTH_METHODS
_.authenticate_refresh_token
_.authenticate_token
_.authenticate_user
_.check_client
_.check_client_secret
_.check_endpoint_auth_method
_.check_redirect_uri
_.check_response_type
_.client_metadata
_.code_challenge
_.code_challenge_method
_.delete_authorization_code
_.exists_nonce
_.get_allowed_scope
_.get_auth_time
_.get_client_claims
_.get_client_id
_.get_default_redirect_uri
_.get_encode_header
_.get_nonce
_.get_redirect_uri
_.get_scope
_.get_server_jwks
_.get_user_code
_.get_verification_uri
_.generate_user_info
_.is_expired
_.is_revoked
_.query_authorization_code
_.query_device_credential
_.query_token
_.query_user_grant
_.resolve_client_private_key
_.revoke_old_credential
_.revoke_token
_.save_authorization_code
_.save_device_credential
_.should_slow_down
client_secret
token_type_hint

# Programs read these keys of --json; nothing in app/ does.
_.by_hand
_.disconnected
_.healthy
_.loses
_.seconds_left
_.set_aside
_.this_machine

# A table that the tests hold our blocks and commands to.
KEYWORDS
SET_WHERE_NEEDED
STRUCTURE

# An answer of a person, reached by its value.
_.CANCEL
