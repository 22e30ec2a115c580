"""Delegated login: OpenID Connect, authorization code with PKCE. Providers are data; nothing unknown is a proof."""
