"""Why a line of the ledger is what it is, and what has to be done: in Dutch (B1) and English."""

RULES: dict[str, tuple[str, str]] = {
    "customer": ("De klant betaalt {gross}.", "The customer pays {gross}."),
    "vat": ("Dit is btw over {net}. Die gaat naar de Belastingdienst.", "VAT on {net}. It goes to the tax office."),
    "cost": ("Kosten voor {category}. Die gaan er eerst af.", "Costs for {category}. They come off first."),
    "costs_above_net": (
        "De kosten zijn hoger dan de opbrengst van {net}. De coöperatie betaalt het verschil.",
        "The costs are above the {net} earned. The cooperative pays the difference.",
    ),
    "share_of_surplus": (
        "{percent} % van {surplus} is voor {to}.",
        "{percent} % of {surplus} goes to {to}.",
    ),
    "reserve_of_turnover": (
        "{percent} % van de opbrengst van {net} is voor {to}.",
        "{percent} % of the {net} earned is set apart for {to}.",
    ),
    "monthly_allowance": (
        "Elke maand krijgt u tot {cap} van wat u overhoudt als onkostenvergoeding.",
        "Each month up to {cap} of what you keep is paid to you as an expense allowance.",
    ),
    "remit_above_fund": (
        "De coöperatie hield dit jaar {after} over. Boven {threshold} gaat {percent} % naar de gemeente. "
        "Dat is nu {remitted_after} in totaal; eerst was het {remitted_before}.",
        "The cooperative kept {after} this year. Above {threshold}, {percent} % goes to the municipality. "
        "That makes {remitted_after} in total; before it was {remitted_before}.",
    ),
    "collective": (
        "De rest, {rest}, is voor de coöperatie samen.",
        "The rest, {rest}, is for the cooperative together.",
    ),
    "remit_above": (
        "U hield dit jaar {after} over. Boven {threshold} gaat {percent} % naar de gemeente. "
        "Dat is nu {remitted_after} in totaal; eerst was het {remitted_before}.",
        "You kept {after} this year. Above {threshold}, {percent} % goes to the municipality. "
        "That makes {remitted_after} in total; before it was {remitted_before}.",
    ),
    "pot": (
        "De rest is voor uw spaarpot. U hield dit jaar eerst {before} over, nu {after}.",
        "The rest is for your savings pot. You had kept {before} this year, now {after}.",
    ),
    "held": (
        "Dit geld wordt bewaard tot de coördinator beslist, want u bent op proef.",
        "This money is kept until the coordinator decides, because you are on trial.",
    ),
    "held_permission": (
        "Dit geld wordt bewaard tot de coördinator beslist, want er was geen toestemming van de gemeente op die dag.",
        "This money is kept until the coordinator decides, as the municipality's permission did not cover that day.",
    ),
    "donation": ("Gift van {giver} voor: {fund}.", "Donation by {giver} for: {fund}."),
    "fund_expense": ("Betaald aan {supplier} voor {purpose}: {title}.", "Paid to {supplier} for {purpose}: {title}."),
    "internal_delivery": ("Geleverd binnen dezelfde organisatie: {title}.", "Delivered within one entity: {title}."),
    "collective_purchase": (
        "De leden besloten ({yes} van {members}): {supplier} betaald voor {title}.",
        "The members decided ({yes} of {members}): {supplier} paid for {title}.",
    ),
    "allocated_first_come": (
        "U vroeg {quantity}, en {asked_tolerance} meer als dat een pak vol maakt. Er zijn er {there}; wie eerst vroeg "
        "gaat voor. U krijgt er {units}: {firm} gevraagd en {tolerance} om een pak te vullen.",
        "You asked for {quantity}, and {asked_tolerance} more to fill a pack. There are {there}; who asked first goes "
        "first. You get {units}: {firm} that you asked for and {tolerance} to fill a pack.",
    ),
    "allocated_proportional": (
        "U vroeg {quantity}, en {asked_tolerance} meer als dat een pak vol maakt. Er zijn er {there}, verdeeld naar "
        "wat ieder vroeg. U krijgt er {units}: {firm} gevraagd en {tolerance} om een pak te vullen.",
        "You asked for {quantity}, and {asked_tolerance} more to fill a pack. There are {there}, shared by what "
        "everybody asked for. You get {units}: {firm} that you asked for and {tolerance} to fill a pack.",
    ),
    "allocated_equal": (
        "U vroeg {quantity}, en {asked_tolerance} meer als dat een pak vol maakt. Er zijn er {there}, voor iedereen "
        "evenveel. U krijgt er {units}: {firm} gevraagd en {tolerance} om een pak te vullen.",
        "You asked for {quantity}, and {asked_tolerance} more to fill a pack. There are {there}, the same for "
        "everybody. You get {units}: {firm} that you asked for and {tolerance} to fill a pack.",
    ),
    "allocated_locked": (
        "De coöperatie heeft met de hand bepaald dat u er {units} krijgt.",
        "The cooperative has set by hand that you get {units}.",
    ),
    "joint_purchase": (
        "Samen ingekocht bij {supplier}: {units} × {article} ({title}).",
        "Bought together from {supplier}: {units} × {article} ({title}).",
    ),
    "joint_purchase_left": (
        "Van de inkoop '{title}' bleef iets over. Dat betaalt de coöperatie.",
        "Something of the purchase '{title}' was left. The cooperative pays it.",
    ),
    "joint_purchase_paid": ("De inkoop '{title}' bij {supplier}.", "The purchase '{title}' from {supplier}."),
    "joint_purchase_credit": (
        "{supplier} gaf geld terug ({title}): {reason}.",
        "{supplier} gave money back ({title}): {reason}.",
    ),
    "joint_purchase_credited": ("{supplier} gaf geld terug ({title}).", "{supplier} gave money back ({title})."),
    "charged": (
        "In rekening gebracht voor '{title}' ({reference}).",
        "Charged for '{title}' ({reference}).",
    ),
    "assignment_cost": (
        "{supplier} voor {what} ({title}). Dat gaat er eerst af.",
        "{supplier} for {what} ({title}). It comes off first.",
    ),
    "assignment_charge": (
        "Het deel van een andere coöperatie in '{title}' ({reference}).",
        "Another cooperative's part of '{title}' ({reference}).",
    ),
    "vat_charged": (
        "De btw over dat deel komt terug van de Belastingdienst ({title}).",
        "The VAT on that part comes back from the tax office ({title}).",
    ),
    "netting": (
        "Verrekend met een andere coöperatie: {owes} schuldig, {is_owed} te goed.",
        "Netted with another cooperative: {owes} owed, {is_owed} due.",
    ),
    "parent_share": (
        "Het aandeel van de koepel in wat een deelcoöperatie verdiende.",
        "The umbrella's share of what a sub-cooperative earned.",
    ),
    "barter": ("Geruild: {title}.", "Bartered: {title}."),
    "opening": ("Dit bracht de coöperatie mee op {day}.", "The cooperative brought this along on {day}."),
    "remittance": (
        "De afdracht tot en met {through} is betaald aan de gemeente ({reference}).",
        "What was owed through {through} was paid to the municipality ({reference}).",
    ),
    "pot_settlement": ("De spaarpot gaat bij vertrek naar {to}.", "On leaving the savings pot goes to {to}."),
    "release": ("Het bewaarde geld is vrijgegeven.", "The money that was kept is released."),
    "forfeited": (
        "Het bewaarde geld van {surplus} is voor de coöperatie.",
        "The {surplus} that was kept goes to the cooperative.",
    ),
    "refund": (
        "De klant kreeg geld terug. Dit gaat eraf ({of}).",
        "The customer got money back. This comes off ({of}).",
    ),
    "money_back": ("Er is geld teruggegeven aan de klant.", "Money was given back to the customer."),
    "overpaid": (
        "De klant betaalde meer dan nodig was. Dit krijgt de klant terug.",
        "The customer paid more than was due. The customer gets this back.",
    ),
    "cancel": (
        "De bestelling gaat niet door. De klant krijgt terug wat betaald is.",
        "The order is off. The customer gets back what was paid.",
    ),
    "set_off": (
        "Dit geld van de klant betaalt nu wat nog open stond.",
        "This money of the customer now pays what was still due.",
    ),
    "set_off_back": (
        "Dit geld betaalt niet meer wat open stond. Het is weer van de klant.",
        "This money does not pay what was due any more. It is the customer's again.",
    ),
    "reserve": ("Dit is apart gezet voor: {title}.", "This is set apart for: {title}."),
    "reserve_end": ("Dit is niet meer apart gezet voor: {title}.", "This is no longer set apart for: {title}."),
    "spend": ("De coöperatie betaalde {supplier} voor: {title}.", "The cooperative paid {supplier} for: {title}."),
    "spend_back": ("{title} was goedkoper. De rest komt terug.", "{title} was cheaper. The rest comes back."),
    "allowance": (
        "De coöperatie geeft een vergoeding of premie ({kind}) voor {day}.",
        "The cooperative grants an allowance or premium ({kind}) for {day}.",
    ),
    "payment": ("Het geld is ontvangen ({method}).", "The money was received ({method})."),
    "payment_reversal": ("De betaling is teruggedraaid ({method}).", "The payment was undone ({method})."),
    "reversal": ("Dit draait een eerdere boeking terug ({of}).", "This undoes an earlier line ({of})."),
}
BLOCKED: dict[str, tuple[str, str]] = {
    "price_missing": ("Er is nog geen prijs. Vul eerst in wat de klant betaalt.", "There is no price yet. Add it."),
    "seats_open": (
        "Nog niet elke plek is bezet. Wacht op aanmeldingen, nodig iemand uit, of maak minder plekken.",
        "Not every seat is taken. Wait for people to apply, invite somebody, or have fewer seats.",
    ),
    "signatures_missing": (
        "Nog niet iedere coöperatie tekende deze verdeling.",
        "Not every cooperative has signed these terms.",
    ),
    "hidden_already": ("U verborg dit al.", "You have hidden this already."),
    "hidden_by_membership": (
        "De maker doet nu niet mee. Dit komt terug zodra de maker weer meedoet.",
        "The maker does not take part now. This comes back when the maker does.",
    ),
    "deposit_missing": ("De aanbetaling is nog niet binnen.", "The deposit has not been paid yet."),
    "hours_open": (
        "Er zijn nog uren gemeld die niemand goedkeurde.",
        "There are reported hours that nobody has approved.",
    ),
    "moves_with_its_assignment": (
        "Deze bestelling hoort bij een opdracht en gaat mee met die opdracht.",
        "This order belongs to an assignment and moves with it.",
    ),
    "consent_needed": (
        "De gemeente moet hier eerst mee instemmen.",
        "The municipality has to consent to this first.",
    ),
    "no_consent_needed": (
        "De gemeente hoeft hier niet mee in te stemmen, of deed dat al.",
        "The municipality need not consent to this, or has already.",
    ),
    "signed_already": ("Hier is al voor getekend.", "This has been signed already."),
    "maker_does_not_sell": (
        "De maker verkoopt nu niet. Neem het lid eerst aan, of wacht tot het weer meedoet.",
        "The maker does not sell now. Admit them first, or wait until they take part again.",
    ),
    "parts_are_fixed": (
        "Deze opdracht is in een stand waarin delen niet meer van hand veranderen.",
        "Parts of this job change hands only from its publication until its delivery.",
    ),
    "time_is_over": ("De tijd hiervoor is voorbij.", "The time for this is over."),
    "not_offered": ("Dit deel is aan niemand aangeboden.", "This part is offered to nobody."),
}
"""Why a step is blocked, in words."""
TARGETS = {
    "cooperative_fund": ("de coöperatie", "the cooperative"),
    "training_pot": ("de opleidingspot", "the training pot"),
    "parent": ("de koepel", "the umbrella cooperative"),
    "member": ("het lid", "the member"),
    "municipality": ("de gemeente", "the municipality"),
}
TASKS: dict[str, tuple[str, str]] = {
    "accept_order": ("Neem bestelling {reference} aan, of zeg nee.", "Accept order {reference}, or refuse it."),
    "deliver_order": ("Doe de klus van bestelling {reference}.", "Do the job of order {reference}."),
    "pay_customer_back": (
        "Geef de klant van bestelling {reference} geld terug.",
        "Give the customer of order {reference} money back.",
    ),
    "record_payment": ("Noteer de betaling van bestelling {reference}.", "Record the payment of order {reference}."),
    "decide_below_minimum": (
        "Voor '{title}' is te weinig gevraagd. Verleng, schrap een artikel, of stop ermee.",
        "Too little is asked for of '{title}'. Extend it, drop an article, or give it up.",
    ),
    "order_joint_purchase": ("Bestel '{title}' bij de leverancier.", "Order '{title}' from the supplier."),
    "receive_joint_purchase": (
        "Noteer wat er binnenkomt van '{title}'.",
        "Record what comes in of '{title}'.",
    ),
    "settle_joint_purchase": ("Betaal '{title}' en reken af.", "Pay '{title}' and settle it."),
    "collect_joint_purchase": ("Haal uw deel van '{title}' op.", "Collect your part of '{title}'."),
    "know_of_cancelled_purchase": (
        "De inkoop '{title}' gaat niet door: {reason}. Uw geld is weer vrij.",
        "The purchase '{title}' is off: {reason}. Your money is free again.",
    ),
    "know_of_dropped_article": (
        "'{article}' wordt niet ingekocht ('{title}'). Uw geld is weer vrij.",
        "'{article}' is not bought ('{title}'). Your money is free again.",
    ),
    "answer_invitation": (
        "U bent gevraagd voor '{title}'. Zeg ja of nee.",
        "You are asked for '{title}'. Say yes or no.",
    ),
    "report_hours_anew": (
        "Uw uren voor '{title}' kloppen niet volgens de coördinator: {reason}. Meld ze opnieuw.",
        "The coordinator says your hours for '{title}' are not right: {reason}. Report them anew.",
    ),
    "know_of_release": (
        "U hoeft '{title}' niet meer te doen. Vragen? Bel uw coördinator.",
        "You need not do '{title}' any more. Questions? Call your coordinator.",
    ),
    "know_of_seat": ("U doet mee aan '{title}'.", "You have a place in '{title}'."),
    "answer_hand_over": (
        "Een collega vraagt of u het deel in '{title}' overneemt.",
        "A colleague asks whether you take over their part of '{title}'.",
    ),
    "sign_assignment": ("Teken voor de opdracht '{title}'.", "Sign for the assignment '{title}'."),
    "start_assignment": ("Iedereen tekende. Begin met '{title}'.", "Everybody signed. Start '{title}'."),
    "deliver_assignment": ("Lever '{title}' op.", "Deliver '{title}'."),
    "do_part": ("Doe uw deel van '{title}' en meld uw uren.", "Do your part of '{title}' and report your hours."),
    "approve_hours": ("Keur gemelde uren goed voor '{title}'.", "Approve reported hours for '{title}'."),
    "redo_assignment": (
        "De klant wil iets anders aan '{title}': {reason}.",
        "The customer wants something changed in '{title}': {reason}.",
    ),
    "settle_dispute": (
        "De klant is het niet eens over '{title}': {reason}. Zoek samen een oplossing.",
        "The customer disputes '{title}': {reason}. Find a way out together.",
    ),
    "know_of_cancelled_assignment": (
        "De opdracht '{title}' gaat niet door: {reason}.",
        "The assignment '{title}' is off: {reason}.",
    ),
    "confirm_netting": (
        "Kijk na wat u en een andere coöperatie elkaar schuldig zijn, en bevestig.",
        "Check what you and another cooperative owe each other, and confirm.",
    ),
    "call_customer": (
        "Niemand nam bestelling {reference} aan. Bel de klant.",
        "Nobody accepted order {reference}. Call the customer.",
    ),
    "review_offering": ("Bekijk het nieuwe aanbod '{title}'.", "Review the new offering '{title}'."),
    "review_import": (
        "Bekijk het nieuwe aanbod uit '{source}' ({held}). U kunt alles in één keer publiceren of terugsturen.",
        "Review the new offerings from '{source}' ({held}). You can publish or send back all of them at once.",
    ),
    "agree_on_limit": (
        "Van de wettelijke grens {law} is geen gecontroleerd bedrag bekend. Daarom is de vergoeding uit wat leden "
        "overhouden nu € 0,00. Maak met de gemeente een nieuwe afspraak, of wacht op het bedrag.",
        "No verified value of the legal limit {law} is known. So the allowance out of what members keep is €0.00 now. "
        "Make a new agreement with the municipality, or wait for the value.",
    ),
    "confirm_claim": (
        "De kosten van een regel van {reference} zijn hoger dan de prijs zonder btw. Bekijk ze als derde persoon.",
        "The costs of a line of {reference} are above its price without VAT. Look at them as a third person.",
    ),
    "decide_claim": ("Beslis over de kosten bij {reference}.", "Decide on the costs of {reference}."),
    "decide_open_claims": (
        "Bestelling {reference} is betaald, maar wacht op een beslissing over kosten.",
        "Order {reference} is paid, but waits for a decision on costs.",
    ),
    "take_in_referral": ("Maak kennis met iemand die is doorverwezen.", "Meet somebody who was referred to you."),
    "end_trial": (
        "Een proeftijd is voorbij. Neem dit lid aan, of neem afscheid.",
        "A trial has ended. Admit this member, or part.",
    ),
    "decide_held": (
        "Beslis over het bewaarde geld van bestelling {reference}.",
        "Decide on the money kept of order {reference}.",
    ),
    "talk_about_exit": (
        "Een lid is er zo lang als afgesproken. Praat over de volgende stap; het lid mag blijven.",
        "A member has been here as long as was planned. Talk about the next step; they may stay.",
    ),
    "settle_pot": ("Een lid is vertrokken. Handel de spaarpot af.", "A member has left. Settle the savings pot."),
    "settle_remittance": (
        "De gemeente vraagt om de afdracht tot en met {through}. Betaal en noteer het.",
        "The municipality asks for what is owed through {through}. Pay and record it.",
    ),
    "cast_vote": ("Stem mee over een aankoop: {title}.", "Vote on a purchase: {title}."),
    "pay_purchase": ("De leden zeiden ja. Betaal: {title}.", "The members said yes. Pay: {title}."),
    "answer_barter": ("Klopt deze ruil: {title}? Zeg ja of nee.", "Is this trade right: {title}? Say yes or no."),
    "answer_delivery": (
        "Klopt deze levering binnen de organisatie: {title}? Bevestig of wijs af.",
        "Is this internal delivery right: {title}? Confirm or decline.",
    ),
    "renew_permission": (
        "De toestemming van een lid loopt af. Vraag de gemeente om een nieuwe.",
        "A member's permission is about to end. Ask the municipality for the next.",
    ),
    "decide_spending": ("Beslis over een aankoop uit de spaarpot.", "Decide on a purchase from a savings pot."),
    "complete_spending": ("Vul uw aanvraag aan.", "Complete your request."),
    "pay_spending": ("Betaal een goedgekeurde aankoop.", "Pay an approved purchase."),
    "settle_spending": ("Reken een aankoop af met de bon.", "Settle a purchase with its receipt."),
    "sign_agreement": ("Teken de afspraak '{title}'.", "Sign the agreement '{title}'."),
}
