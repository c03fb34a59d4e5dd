"""What is said of each refusal, in Dutch (B1) and English, by its code; `code_how` where it can be said closer."""

from app.adapters.request_refusals import OF_REQUESTS

ERRORS: dict[str, tuple[str, str]] = {
    "unauthenticated": (
        "Log eerst in. Stuur een geldig token mee: Authorization: Bearer …",
        "Log in first. Send a valid token: Authorization: Bearer …",
    ),
    "token_refused": (
        "Dit token is niet geldig ({reason}). Vraag een nieuw token aan.",
        "This token is not valid ({reason}). Ask for a new one.",
    ),
    "token_refused_claim_missing": (
        "Dit token is niet geldig: {claim} staat er niet in. Vraag een nieuw token aan.",
        "This token is not valid: it lacks {claim}. Ask for a new one.",
    ),
    "token_refused_claim_wrong": (
        "Dit token is niet geldig: {claim} klopt niet. Vraag een nieuw token aan.",
        "This token is not valid: {claim} is wrong. Ask for a new one.",
    ),
    "client_refused": (
        "De app-gegevens kloppen niet. Controleer client_id en client_secret.",
        "The app's credentials are wrong. Check client_id and client_secret.",
    ),
    "client_refused_assertion": (
        "Wat de app ondertekende wordt niet aangenomen ({reason}). Zie 'Log in' in de handleiding.",
        "What the app signed is not accepted ({reason}). See 'Log in' in the API guide.",
    ),
    "client_refused_signs": (
        "Deze app heeft sleutels en ondertekent zelf (private_key_jwt); het client_secret geldt niet meer.",
        "This app has keys and signs for itself (private_key_jwt); its client_secret is not taken any more.",
    ),
    "invalid_scope": (
        "De app heeft de scope {scope} niet. Vraag zonder scope, of laat de app die geven.",
        "The app does not have the scope {scope}. Ask without scope, or have the app given it.",
    ),
    "forbidden_app": (
        "Deze app mag dit niet. Wie de app aanmeldde kan meer zeggen.",
        "This app may not do this. Ask whoever registered it.",
    ),
    "scope_missing_for_people": (
        "{scope} is alleen voor mensen: geen app krijgt dit voor zichzelf.",
        "{scope} is for people only: no app gets it for itself.",
    ),
    "not_found_address": (
        "Op dit adres is niets. REST begint met /v1; alle adressen staan op /docs.",
        "There is nothing at this address. REST begins with /v1; all addresses are at /docs.",
    ),
    "too_late_past": (
        "Dit moment is al voorbij. Kies een later moment.",
        "This moment has passed. Choose a later one.",
    ),
    "method_not_allowed": (
        "{method} kan op dit adres niet. Wel: {allow}.",
        "{method} is not for this address. It takes: {allow}.",
    ),
    "unsupported_media_type": (
        "Zeg met Content-Type wat u stuurt: hier past {expected}.",
        "Say with Content-Type what you send: {expected} belongs here.",
    ),
    "unsupported_media_type_packed": (
        "Stuur de inhoud zonder compressie: Content-Encoding wordt hier niet uitgepakt.",
        "Send the body without compression: Content-Encoding is not unpacked here.",
    ),
    "already_exists_vote": ("U hebt al gestemd.", "You have voted already."),
    "forbidden": ("U mag dit niet doen. Vraag het uw coördinator.", "You may not do this. Ask your coordinator."),
    "scope_missing": (
        "Het token mist de scope {scope}. Vraag een token met deze scope aan.",
        "The token lacks the scope {scope}. Ask for a token with it.",
    ),
    "second_person_needed": (
        "Iemand anders moet dit doen: niemand keurt het eigen werk goed.",
        "Somebody else has to do this: nobody approves their own work.",
    ),
    "second_person_needed_third": (
        "Een derde persoon moet dit doen: iemand die van deze regel geen kosten indiende of goedkeurde.",
        "A third person has to do this: somebody who neither claimed nor approved costs of this line.",
    ),
    "not_found_offering": (
        "Wat u wilt bestellen is er niet (meer): {offeringId}.",
        "What you want to order is not there (any more): {offeringId}.",
    ),
    "not_found": ("Dit bestaat niet, of u kunt het niet zien.", "This does not exist, or you cannot see it."),
    "conflict": ("Dit kan nu niet.", "This is not possible now."),
    "wrong_state": (
        "Dit kan niet in de stand '{state}'. Wel mogelijk: {possible}.",
        "This is not possible in state '{state}'. Possible now: {possible}.",
    ),
    "hours_stand": (
        "Er zijn uren goedgekeurd. Laat die eerst corrigeren naar 0 en keur dat goed. Daarna kunt u annuleren.",
        "Hours have been approved. Have them corrected to 0 and approve that first. Then you can cancel.",
    ),
    "stale": (
        "Iemand anders heeft dit intussen veranderd. Haal het opnieuw op en probeer het nog eens.",
        "Somebody else has changed this meanwhile. Fetch it again and retry.",
    ),
    "not_migrated": (
        "De database staat op {current}, deze versie heeft {needed} nodig. Draai `samen migrate`.",
        "The database is at {current}, this version needs {needed}. Run `samen migrate`.",
    ),
    "took_too_long": (
        "Dit duurde langer dan {seconds} s en is gestopt. Vraag minder tegelijk, of herhaal het met dezelfde sleutel.",
        "This took longer than {seconds} s and was stopped. Ask for less at once, or repeat it with the same key.",
    ),
    "still_running": (
        "Deze aanvraag loopt nog. Probeer het zo nog eens met dezelfde sleutel.",
        "This request is still running. Repeat it in a moment with the same key.",
    ),
    "sold_out": (
        "Van '{title}' zijn er nog {left}. Bestel er minder.",
        "There are {left} left of '{title}'. Order fewer.",
    ),
    "stock_held": (
        "Er zijn er {held} gereserveerd. Wacht op die bestellingen, of noem een groter aantal.",
        "{held} of them are held. Wait for those orders, or give a larger number.",
    ),
    "price_changed": (
        "De prijs van '{title}' is veranderd: nu {price_cents} zonder btw. Laat de klant de nieuwe prijs zien en "
        "bestel opnieuw.",
        "The price of '{title}' has changed: now {price_cents} without VAT. Show it to the customer and order again.",
    ),
    "own_offering_job": (
        "Dit lid bestelde '{title}' zelf. Kies een ander lid.",
        "This member ordered '{title}'. Choose another member.",
    ),
    "own_offering": (
        "'{title}' is van uzelf. U kunt niet bij uzelf kopen. Vraag iemand anders.",
        "'{title}' is your own. You cannot buy from yourself. Ask somebody else.",
    ),
    "hold_gone": ("De reservering is voorbij. Bestel opnieuw.", "The hold has ended. Order again."),
    "already_exists": ("Dit bestaat al ({what} {value}).", "This exists already ({what} {value})."),
    "not_orderable": (
        "'{title}' is nu niet te bestellen ({state}).",
        "'{title}' cannot be ordered now ({state}).",
    ),
    "agreement_missing": (
        "Er is geen afspraak met de gemeente die geldt op {date}. Laat eerst een afspraak tekenen.",
        "No agreement with the municipality is in force on {date}. Have one signed first.",
    ),
    "examples_fail": (
        "De voorbeelden van de afspraak komen niet uit: {examples}",
        "The agreement's examples do not come out: {examples}",
    ),
    "period_taken": (
        "Er is al een afspraak die op of na {date} begint. Kies een latere datum.",
        "There is an agreement that starts on or after {date}. Choose a later date.",
    ),
    "day_out_of_range": (
        "De dag bij '{field}' kan niet. Kies een dag van {first} tot en met {last}.",
        "The day in '{field}' is not possible. Choose a day from {first} to {last}.",
    ),
    "work_booked_already": (
        "Er is al werk geboekt vanaf {first}, onder een andere afspraak. Laat deze afspraak op {earliest} of later "
        "ingaan.",
        "Work from {first} on was booked already, under another agreement. Let this one begin on {earliest} or later.",
    ),
    "limit_unknown": (
        "Van de wettelijke grens {law} is voor {day} geen gecontroleerd bedrag bekend. Noem de wet niet, of kies een "
        "dag waarvoor de grens bekend is.",
        "No verified value of the legal limit {law} is known for {day}. Leave the law out, or choose a day for which "
        "the limit is known.",
    ),
    "already_settled": (
        "Dit is al geboekt of teruggedraaid ({what}).",
        "This has been booked or undone already ({what}).",
    ),
    "nothing_to_refund": ("Er is niets betaald om terug te geven.", "Nothing was paid that could be given back."),
    "paid_back_already": (
        "Van dit geld is al iets terug naar de klant. U kunt deze betaling niet meer ongedaan maken. "
        "Noteer wat er nog binnenkomt of teruggaat als een nieuwe betaling of teruggave.",
        "Some of this money went back to the customer already. The payment cannot be undone any more. "
        "Record what still comes in or goes back as a new payment or refund.",
    ),
    "below_floor_fund": (
        "Zoveel zat er die dag niet in het fonds. Kies een andere dag of een lager bedrag.",
        "There was not that much in the fund on that day. Choose another day or a lower amount.",
    ),
    "below_floor": ("Zoveel zit er niet in de spaarpot.", "There is not that much in the savings pot."),
    "journal_differs": ("Deze boeking bestaat al met andere bedragen.", "This was booked before with other amounts."),
    "rule_missing": (
        "De afspraak van deze dag kent dit niet ({kind}). Leg het eerst vast in de afspraak.",
        "The agreement of this day has no such rule ({kind}). Put it into the agreement first.",
    ),
    "allowance_exceeded": (
        "Dit is meer dan mag. De grens per {per} is {limit_cents} (of {most} keer). {source}",
        "This is more than is allowed. The limit a {per} is {limit_cents} (or {most} times). {source}",
    ),
    "cap_reached": (
        "Voor {category} mag dit jaar nog {left_cents} aan kosten. Kies een lager bedrag.",
        "For {category} there is {left_cents} of costs left this year. Choose a lower amount.",
    ),
    "approved_too_late": (
        "Kosten voor {category} moeten zijn goedgekeurd voordat de klus klaar is.",
        "Costs for {category} have to be approved before the job is done.",
    ),
    "category_unknown": (
        "De afspraak kent geen kosten voor {category}. Kies uit: {known}.",
        "The agreement has no costs for {category}. Choose from: {known}.",
    ),
    "earlier_month_open": (
        "De maand {month} is nog open. Sluit die eerst.",
        "The month {month} is still open. Close it first.",
    ),
    "below_minimum": (
        "Er is nog te weinig gevraagd ({missing}). Verleng de tijd, schrap het artikel, of stop met de inkoop.",
        "Too little is asked for ({missing}). Extend the time, drop the article, or give up the purchase.",
    ),
    "not_filling": (
        "De inkoop wordt nu alleen nog aangevuld. Er missen {missing} stuks; alleen wat daarbij helpt kan nog.",
        "Only what fills packs is possible now. {missing} units are missing; ask for these, or for tolerance.",
    ),
    "receipt_missing": (
        "Zeg eerst wat er binnenkwam van: {articles}. Kwam er niets, vul dan 0 in.",
        "Say first what came of: {articles}. Where nothing came, fill in 0.",
    ),
    "total_differs": (
        "Volgens de bestelling is het samen {computed_cents}, de rekening zegt {stated_cents}. Pas bezorgkosten of "
        "korting aan, of vraag de leverancier.",
        "By the order it comes to {computed_cents}, the invoice says {stated_cents}. Change delivery or discount, or "
        "ask the supplier.",
    ),
    "shares_differ": (
        "De delen zijn samen niet het geheel. Kies een manier voor alle plekken: procenten, uren, of vaste bedragen en "
        "de rest.",
        "The shares together are not the whole. Choose one way for all seats: percentages, hours, or fixed amounts and "
        "have the rest.",
    ),
    "shares_differ_none": ("Er zijn nog geen plekken. Maak er een.", "There are no slots yet. Make one."),
    "shares_differ_percent": (
        "De delen zijn samen {percent} %, niet 100 %. Pas de delen aan.",
        "The shares together are {percent} %, not 100 %. Change them.",
    ),
    "shares_differ_hours": (
        "Er zijn nog geen uren goedgekeurd om naar te verdelen.",
        "No hours are approved yet to share by.",
    ),
    "shares_differ_fixed": (
        "De vaste bedragen zijn samen {fixed_cents}; te verdelen is {whole_cents}. Pas ze aan, of laat een plek "
        "de rest krijgen.",
        "The fixed amounts together are {fixed_cents}; there is {whole_cents} to share. Change them, or let a seat "
        "have the rest.",
    ),
    "terms_changed": (
        "De verdeling is intussen veranderd: dit is versie {present}, u tekende voor {signed}. Bekijk haar en teken "
        "opnieuw.",
        "The shares have changed meanwhile: this is version {present}, you signed {signed}. Look at them and sign "
        "again.",
    ),
    "books_differ": (
        "De boeken van de twee coöperaties zeggen niet hetzelfde ({first} en {second}). Vraag om een controle.",
        "The books of the two cooperatives do not say the same ({first} and {second}). Ask for a check.",
    ),
    "nothing_to_net": (
        "Er staat niets open tussen deze twee coöperaties.",
        "Nothing stands open between these two cooperatives.",
    ),
    "limit_exceeded_member": (
        "Uw coöperatie kan bij deze inkoop niet meer op rekening kopen. Vraag uw coördinator.",
        "Your cooperative cannot buy more on account in this purchase. Ask your coordinator.",
    ),
    "limit_exceeded": (
        "Zo komt er te veel open te staan bij een andere coöperatie: {open_cents} en nu {more_cents}, hoogstens "
        "{limit_cents}. Verreken eerst, of vraag om een hogere grens.",
        "That way too much would stand open with another cooperative: {open_cents} and now {more_cents}, at most "
        "{limit_cents}. Net first, or ask for a higher limit.",
    ),
    "locks_exceed": (
        "Er is met de hand {locked} verdeeld, maar er zijn er {units}. Maak eerst een regel los.",
        "{locked} were set by hand, but there are {units}. Unlock a line first.",
    ),
    "bank_differs": (
        "Volgens de boeken staat er {ledger_cents} op de bank, u noemt {stated_cents}. Zoek eerst het verschil.",
        "By the books there is {ledger_cents} in the bank, you say {stated_cents}. Find the difference first.",
    ),
    "refund_too_large": (
        "Er kan ten hoogste {left_cents} terug. Noem een lager bedrag.",
        "At most {left_cents} can go back. Give a lower amount.",
    ),
    "no_cash_out": (
        "Uit de spaarpot wordt geen geld uitbetaald. Vraag een aankoop aan: de coöperatie betaalt de winkel.",
        "The savings pot pays no cash out. Ask for a purchase: the cooperative pays the shop.",
    ),
    "purpose_unknown": (
        "De afspraak kent het doel {purpose} niet. Kies uit: {known}.",
        "The agreement does not know the purpose {purpose}. Choose from: {known}.",
    ),
    "spending_forbidden": (
        "De afspraak staat {purpose} uit de spaarpot niet toe. Praat erover met uw coördinator.",
        "The agreement does not allow {purpose} from the savings pot. Talk about it with your coordinator.",
    ),
    "reason_needed": (
        "Hier hoort iets bij ({verb}). Vul het in, in gewone taal.",
        "Something is needed with this ({verb}). Fill it in, in plain words.",
    ),
    "debt_limit_reached": (
        "Zo komt u {owed} minuten in het krijt; {limit} is het meeste. Doe eerst iets voor een ander.",
        "That would make you owe {owed} minutes; {limit} is the most. Do something for somebody else first.",
    ),
    "purpose_not_allowed": (
        "Dit geld is er niet voor {purpose}. Het is voor: {known}.",
        "This money is not for {purpose}. It is for: {known}.",
    ),
    "other_legal_entity": (
        "Dit is een andere rechtspersoon. Lever met een bestelling en een factuur.",
        "This is another legal entity. Deliver with an order and an invoice.",
    ),
    "opening_differs": (
        "Wat er is ({owned_cents}) is niet gelijk aan wat er aan schulden, fondsen en spaarpotten staat "
        "({owed_cents}). Het verschil is {difference_cents}.",
        "What there is ({owned_cents}) does not equal what is owed, in funds and in pots ({owed_cents}). "
        "The difference is {difference_cents}.",
    ),
    "invalid": ("De aanvraag klopt niet. Kijk na wat u stuurt.", "The request is not valid. Check what you send."),
    "invalid_field": ("Wat bij {field} staat kan niet.", "What stands in {field} is not possible."),
    "forgotten": (
        "Deze aanvraag is al gedaan. Het antwoord is gewist: het ging over iemand van wie de gegevens zijn verwijderd. "
        "Vraag op wat u nodig hebt.",
        "This request was done before. Its answer is gone: it told of somebody whose data were erased. "
        "Fetch what you need.",
    ),
    "idempotency_key_reused": (
        "Deze Idempotency-Key is al gebruikt voor een andere aanvraag. Neem een nieuwe sleutel.",
        "This Idempotency-Key was used for another request. Take a new key.",
    ),
    "number_out_of_range": (
        "Het getal in '{field}' kan niet. Kies van {low} tot en met {high}.",
        "The number in '{field}' is not possible. Choose from {low} to {high}.",
    ),
    "number_out_of_range_amount": (
        "Het bedrag kan niet. Kies van {low_cents} tot en met {high_cents}.",
        "The amount is not possible. Choose from {low_cents} to {high_cents}.",
    ),
    "several_sellers": (
        "Dit zijn spullen van {sellers} coöperaties. Maak per coöperatie een bestelling.",
        "These belong to {sellers} cooperatives. Place one order for each.",
    ),
    "too_late": (
        "Dit is te vroeg nodig: de maker heeft {minutes} minuten nodig. Kies een later moment.",
        "This is needed too soon: the maker needs {minutes} minutes. Choose a later time.",
    ),
    "amount_out_of_range": (
        "Het bedrag {amount} kan niet. Schrijf het als 90.75, met ten hoogste twee decimalen.",
        "The amount {amount} is not possible. Write it as 90.75, with at most two decimals.",
    ),
    "rule_refused": (
        "Dit mag niet volgens de regel '{rule}' ({value}).",
        "The rule '{rule}' does not allow this ({value}).",
    ),
    "contact_incomplete": (
        "Geef een naam en een e-mailadres of telefoonnummer.",
        "Give a name and an e-mail address or telephone number.",
    ),
    "payee_missing": ("Noem de leverancier die betaald wordt.", "Name the supplier who is paid."),
    "bad_cursor": ("Deze plaats in de lijst bestaat niet. Begin vooraan.", "This cursor is not valid. Start over."),
} | OF_REQUESTS
