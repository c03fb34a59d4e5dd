"""canaille (of the Authlib family) over TLS, as somebody sets it up for Samen. Arguments: port, certificate, key.

Its tokens carry no `jti` and no scopes, and live ten days unless they are told otherwise.
"""

import asyncio
import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from hypercorn.asyncio import serve
from hypercorn.config import Config


def provider(port: str):
    """The application with one person and the client of a shop, for which its tokens are made."""
    app = create_app(
        {
            "SECRET_KEY": "secret",
            "SERVER_NAME": f"localhost:{port}",
            "PREFERRED_URL_SCHEME": "https",
            "CANAILLE_DATABASE": "memory",
            "CANAILLE": {"TIMEZONE": "UTC"},
            "CANAILLE_OIDC": {},
            "OAUTH2_TOKEN_EXPIRES_IN": {"authorization_code": 600},
        }
    )
    with app.app_context(), Backend.instance.session():
        person = models.User(
            formatted_name="Noor",
            family_name="Noor",
            user_name="noor",
            emails=["noor@example.org"],
            password="canary-password",
        )
        Backend.instance.save(person)
        shop = models.Client(
            client_id="shop",
            client_name="Shop",
            redirect_uris=["https://shop.test/callback"],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile"],
            token_endpoint_auth_method="none",
            id_token_signed_response_alg="RS256",
            client_uri="https://shop.localhost",
        )
        Backend.instance.save(shop)
        shop.audience = [shop]
        Backend.instance.save(shop)
    return app


port, certificate, key = sys.argv[1:]
config = Config.from_mapping(
    bind=[f"localhost:{port}"], certfile=certificate, keyfile=key, loglevel="ERROR", accesslog=None
)
asyncio.run(serve(provider(port), config))
