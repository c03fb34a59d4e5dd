"""A third-party ordering app: logs in by client_credentials, finds an offering, orders it for a guest, follows it.

    .venv/bin/python examples/order_app.py CLIENT_ID CLIENT_SECRET "tuin" [http://127.0.0.1:8000]

The Idempotency-Key is made before the first try and kept until there is an answer: however often the order is sent,
there is one.
"""

import sys
import time
import uuid
from typing import Any

import httpx

Json = dict[str, Any]
ADDRESS = {"street": "Kerkstraat 1", "postcode": "4811 AB", "town": "Breda"}
GUEST = {"name": "Jo de Wit", "email": "jo@example.org", "buyer": {"postalAddress": ADDRESS}}


class OrderApp:
    """The few calls that an ordering app needs."""

    def __init__(self, client: httpx.Client, client_id: str, client_secret: str) -> None:
        self.client = client
        self.credentials = {"client_id": client_id, "client_secret": client_secret}

    def log_in(self) -> None:
        """A token lives ten minutes; log in again when one is refused."""
        form = {"grant_type": "client_credentials", **self.credentials}
        answer = self.client.post("/oauth/token", data=form)
        if not answer.is_success:
            raise SystemExit(f"{answer.json()['code']}: {answer.json()['detail']}")
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def find(self, text: str) -> list[Json]:
        """Offerings of all cooperatives; no token needed."""
        answer = self.client.get("/v1/catalogue/offerings", params={"text": text})
        answer.raise_for_status()
        items: list[Json] = answer.json()["items"]
        return items

    def order(self, offering_id: str, quantity: int, contact: Json, key: str) -> Json:
        """Place one order, safely: what got no answer is sent again under the same key.

        Returns the order with the status link of the guest.
        """
        body = {"lines": [{"offeringId": offering_id, "quantity": quantity}], "contact": contact}
        return self._post("/v1/orders", body, key)

    def status(self, order_id: str) -> Json:
        """How the order stands."""
        answer = self.client.get(f"/v1/orders/{order_id}")
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def _post(self, path: str, body: Json, key: str, tries: int = 8) -> Json:
        for wait in range(1, tries + 1):
            try:
                answer = self.client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                time.sleep(min(wait, 5) * 0.2)
                continue
            if answer.status_code == 401:
                self.log_in()
            elif answer.status_code in (429, 503) or answer.json().get("code") == "still_running":
                time.sleep(float(answer.headers.get("Retry-After", "1")))
            elif answer.is_success:
                made: Json = answer.json()
                return made
            else:
                raise SystemExit(f"{answer.json()['code']}: {answer.json()['detail']}")
        raise SystemExit("No answer. The order may stand: run again with the same key.")


def main() -> None:
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    client_id, client_secret, text, *rest = sys.argv[1:]
    base_url = rest[0] if rest else "http://127.0.0.1:8000"
    with httpx.Client(base_url=base_url, headers={"Accept-Language": "en"}, timeout=10) as client:
        app = OrderApp(client, client_id, client_secret)
        try:
            app.log_in()
        except httpx.TransportError:
            raise SystemExit(f"Nothing answers at {base_url}. Is Samen running there?") from None
        found = app.find(text)
        if not found:
            raise SystemExit(f"Nothing found for {text}.")
        placed = app.order(found[0]["id"], 1, GUEST, key=uuid.uuid4().hex)
        order = placed["order"]
        print(f"{order['reference']}: {found[0]['title']} by {found[0]['maker']}, {order['gross']['amount']} euro")
        print(f"For the guest, a page with the state, how to pay, and later the invoice: {placed['statusUrl']}")
        print(f"Now: {app.status(order['id'])['state']}")


if __name__ == "__main__":
    main()
