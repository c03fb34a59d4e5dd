"""Refusals of a request as such, before any verb runs, in Dutch (B1) and English; by their code, as `refusals`."""

OF_REQUESTS: dict[str, tuple[str, str]] = {
    "bad_request": ("De aanvraag past niet in het formaat. Zie errors.", "The request does not fit. See errors."),
    "idempotency_key_missing": (
        "Stuur een Idempotency-Key mee: een eigen, unieke waarde per aanvraag, van gewone letters en cijfers (ASCII).",
        "Send an Idempotency-Key: a unique value of your own for this request, in printable ASCII.",
    ),
    "if_match_missing": (
        "Stuur If-Match mee met de ETag die u het laatst kreeg.",
        "Send If-Match with the ETag that you got last.",
    ),
    "not_a_file_of_rows": (
        "Zeg met Content-Type wat u stuurt: text/csv of application/x-ndjson.",
        "Say what you send with Content-Type: text/csv or application/x-ndjson.",
    ),
    "rate_limited": (
        "U vraagt te veel achter elkaar. Wacht zo lang als Retry-After zegt.",
        "You ask too much at once. Wait as long as Retry-After says.",
    ),
    "bad_request_one_login": (
        "De app logt op meer dan één manier in. Gebruik HTTP Basic, client_secret of client_assertion: één ervan.",
        "The app logs in in more than one way. Use HTTP Basic, client_secret or client_assertion: one of them.",
    ),
    "bad_request_http": (
        "Dit is geen geldige HTTP-aanvraag. Gebruik een gewoon HTTP-programma.",
        "This is no valid HTTP request. Use an ordinary HTTP client.",
    ),
    "too_slow": (
        "De aanvraag kwam te langzaam binnen. Stuur hem in één keer.",
        "The request came in too slowly. Send it at once.",
    ),
    "too_many_connections": (
        "Vanaf uw adres staan te veel verbindingen open. Sluit er een paar.",
        "Too many connections are open from your address. Close some of them.",
    ),
    "head_too_large": (
        "Het adres en de headers zijn samen te groot (meer dan 16 kB of 100 headers). Stuur er minder.",
        "Address and headers are too large together (over 16 kB or 100 headers). Send less.",
    ),
    "too_large": (
        "De aanvraag is te groot. Hij mag 100 kB zijn, een bestand met aanbod 100 MB.",
        "The request is too large. It may have 100 kB, a file of offerings 100 MB.",
    ),
    "unavailable_stopping": (
        "De server wordt opnieuw gestart. Stuur het bestand zo nog eens.",
        "The server is starting again. Send the file once more in a moment.",
    ),
    "unavailable": (
        "De database antwoordt niet. Herhaal de aanvraag met dezelfde Idempotency-Key.",
        "The database does not answer. Repeat the request with the same Idempotency-Key.",
    ),
    "issuer_unavailable": (
        "De inlogdienst geeft geen antwoord. Probeer het over een paar seconden opnieuw.",
        "The login provider does not answer. Try again in a few seconds.",
    ),
    "internal": (
        "Er ging iets mis bij ons. Noem dit nummer als u het meldt: {trace_id}.",
        "Something went wrong on our side. Mention this number when you report it: {trace_id}.",
    ),
}
