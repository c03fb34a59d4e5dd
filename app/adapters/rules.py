"""Why a rule refuses, in plain words: Dutch (B1) and English, by the code of the rule."""

RULE_TEXTS: dict[str, tuple[str, str]] = {
    "a_giveaway_is_free": ("Wat u weggeeft is gratis. Zet de prijs op 0.", "A giveaway is free. Set its price to 0."),
    "amount_needed": ("Noem een bedrag.", "Name an amount."),
    "amount_not_hours": ("Noem een bedrag, geen uren.", "Name an amount, not hours."),
    "hours_not_amount": ("Noem de uren, geen bedrag.", "Name the hours, not an amount."),
    "opening_has_balances": (
        "Er staat geen enkel bedrag in. Vul de rekeningen en de spaarpotten in, ook als er alleen jaartotalen zijn.",
        "There is no amount in it. Fill in the accounts and the savings pots, also where there are only year totals.",
    ),
    "file_not_utf8": (
        "Dit bestand is niet in UTF-8. Bewaar het als 'CSV UTF-8'. Wat ervoor stond is verwerkt.",
        "This file is not in UTF-8. Save it as 'CSV UTF-8'. The rows before it are taken in.",
    ),
    "quote_open": (
        "Op regel {value} begint een aanhalingsteken dat niet goed sluit. Verbeter die regel. Wat ervoor stond is"
        " verwerkt.",
        "On line {value} a quote begins that is not closed well. Mend that line. The rows before it are taken in.",
    ),
    "file_empty": (
        "Er staat geen enkele rij in dit bestand. Kijk of u het goede bestand stuurt.",
        "There is no row in this file. Check whether you send the right one.",
    ),
    "too_many_lines": (
        "Een bestand mag hoogstens {value} regels hebben. Stuur de rest als een ander bestand. Wat ervoor stond is"
        " verwerkt.",
        "A file may have {value} lines at most. Send the rest as another file. The rows before it are taken in.",
    ),
    "columns_twice": (
        "Deze kolommen staan er twee keer: {value}. Haal er een weg.",
        "These columns are there twice: {value}. Take one out.",
    ),
    "columns_missing": (
        "De eerste regel moet de kolommen noemen, met externalId erbij. Er staat: {value}.",
        "The first line has to name the columns, externalId among them. It says: {value}.",
    ),
    "columns_unknown": (
        "Deze kolommen zijn niet bekend: {value}. Haal ze weg, of noem ze zoals in de handleiding.",
        "These columns are not known: {value}. Take them out, or name them as the guide does.",
    ),
    "not_csv": (
        "Dit is geen CSV ({value}). Bewaar het als 'CSV UTF-8'. Wat ervoor stond is verwerkt.",
        "This is no CSV ({value}). Save it as 'CSV UTF-8'. The rows before it are taken in.",
    ),
    "app_scope": (
        "{value} is alleen voor mensen: geen app krijgt dit voor zichzelf.",
        "{value} is for people only: no app gets it for itself.",
    ),
    "not_changeable": (
        "{value} kunt u niet veranderen, of niet leeg maken.",
        "{value} cannot be changed, or not be emptied.",
    ),
    "redirect_uri_is_https": (
        "{value} moet met https beginnen, of op deze machine zijn (localhost), en heeft geen deel achter #.",
        "{value} has to begin with https, or be on this machine (localhost), and has no part behind #.",
    ),
    "required": ("Vul iets in bij {value}; leeg kan niet.", "Fill in {value}; it cannot be empty."),
    "one_minimum": ("Noem één minimum: pakken, stuks of geld.", "State one minimum: packs, units or money."),
    "tiers_start_at_one_and_rise": (
        "Begin de prijzen bij 1 pak en laat ze oplopen ({value}).",
        "Start the prices at one pack, each tier at more packs ({value}).",
    ),
    "closes_later_than_it_tops_up": (
        "De sluittijd {value} moet nog komen, en na het begin van het aanvullen liggen.",
        "The closing time {value} has to come yet, and after topping up begins.",
    ),
    "extend_names_a_time": (
        "Noem bij verlengen de nieuwe sluittijd, en alleen dan.",
        "Name the new closing time to extend, and only then.",
    ),
    "articles_needed": ("Zet er eerst een artikel in.", "Add an article first."),
    "a_wish_names_who": (
        "Noem voor wie het is: een lid of een coöperatie.",
        "Name who it is for: a member or a cooperative.",
    ),
    "pot_needs_consent": (
        "Voor {value} vraagt de gemeente eerst toestemming. Laat de coöperatie dit wensen.",
        "For {value} the municipality has to consent first. Have the cooperative wish for this.",
    ),
    "at_most_what_was_asked_for": (
        "Er is {value} gevraagd; meer kan niet.",
        "{value} were asked for; more is not possible.",
    ),
    "credit_at_most_what_was_paid": (
        "Voor deze regel is nog {left_cents} betaald. Noem een lager bedrag.",
        "Of this line {left_cents} is still paid. Give a lower amount.",
    ),
    "each_line_once": ("Noem elke regel maar een keer.", "Name each line only once."),
    "exit_has_a_destination": (
        "Noem bij vertrek waar iemand heen gaat, en alleen dan.",
        "Name a destination when somebody leaves, and only then.",
    ),
    "month_closed_first": (
        "Maand {value} is nog open. Sluit die eerst af.",
        "Month {value} is still open. Close it first.",
    ),
    "month_is_over": ("De maand is nog niet voorbij ({value}).", "The month is not over yet ({value})."),
    "monthly_allowance_comes_by_itself": (
        "Deze vergoeding komt vanzelf uit de verdiensten; u hoeft niets toe te kennen.",
        "This allowance comes out of what is earned by itself; there is nothing to grant.",
    ),
    "months_before_the_first_day": (
        "Maand {value} valt na de eerste dag, of is niet de eerste van een maand.",
        "Month {value} is after the first day, or not the first of a month.",
    ),
    "not_reported_yet": (
        "Tot en met {value} is al opgegeven. Kies een latere maand.",
        "What is owed through {value} was reported. Choose a later month.",
    ),
    "office_place": (
        "Een {value} hoort bij een coöperatie of een gemeente, niet bij beide of geen.",
        "A {value} belongs to a cooperative or a municipality, not to both or none.",
    ),
    "open_requests_first": (
        "Er staat nog een aankoop open. Rond die eerst af.",
        "A purchase is still open. Finish it first.",
    ),
    "opening_account": ("Op {value} kan geen beginstand.", "{value} takes no opening balance."),
    "pot_has_money": (
        "De spaarpot is leeg. Er is niets af te handelen.",
        "The pot is empty. There is nothing to settle.",
    ),
    "something_is_owed": ("Er is niets af te dragen.", "Nothing is owed."),
    "stock_is_for_goods": ("Een dienst heeft geen voorraad.", "A service has no stock."),
    "transfer_names_a_member": ("Noem het lid dat het krijgt.", "Name the member who gets it."),
    "ends_after_it_starts": (
        "Het einde {value} ligt voor het begin.",
        "The end {value} is before the start.",
    ),
    "price_too_high": ("De prijs is te hoog.", "The price is too high."),
    "costs_within_price": (
        "De kosten zijn hoger dan de prijs zonder btw.",
        "The costs are above the price without VAT.",
    ),
    "deposit_within_price": (
        "De aanbetaling is hoger dan de prijs met btw.",
        "The deposit is above the price with VAT.",
    ),
    "an_assignment_has_a_customer": (
        "Noem de klant, of de bestelling waar het om gaat.",
        "Name the customer, or the order that it is about.",
    ),
    "price_is_the_orders": (
        "De prijs en de klant staan al in bestelling {value}.",
        "Price and customer are in order {value} already.",
    ),
    "seats_are_taken": ("Er doen al {value} mensen mee.", "{value} people have a place already."),
    "a_share_has_a_size": ("Zeg hoe groot het deel is.", "Say how large the share is."),
    "no_margin_here": ("De margeregeling is voor goederen.", "The margin scheme is for goods."),
    "hours_stay_above_zero": (
        "Samen kunnen de uren niet onder nul komen.",
        "Together the hours cannot fall below zero.",
    ),
    "the_maker_stays": (
        "Dit aanbod is van een ander lid ({value}). Neem een nieuwe externalId.",
        "This offering is another member's ({value}). Take a new externalId.",
    ),
    "no_such_member": (
        "De coöperatie heeft geen lid {value}. Neem een memberId uit haar ledenlijst.",
        "The cooperative has no member {value}. Take a memberId from its list of members.",
    ),
    "most_keys": ("Hoogstens {value} sleutels, elk met een eigen kid.", "At most {value} keys, each with its own kid."),
    "key_is_private": (
        "Dit is een geheime sleutel. Maak een nieuwe en geef alleen het openbare deel.",
        "This key is private. Make a new one and give its public part only.",
    ),
    "key_not_usable": (
        "Deze sleutel kan niet: neem EC P-256 (ES256) of RSA van 2048 bits (RS256), met kid en alg.",
        "This key will not do: take EC P-256 (ES256) or RSA of 2048 bits (RS256), with kid and alg.",
    ),
    "feed_not_there_yet": (
        "Zo ver is de lijst van gebeurtenissen nog niet. Lees verder vanaf een eerdere plaats.",
        "The feed has not come to {value} yet. Read on from an earlier cursor.",
    ),
    "event_needs_scope": (
        "Die gebeurtenis is voor apps met het recht '{value}'. Vraag het netwerk om dat recht.",
        "That event is for apps with the scope '{value}'. Ask the network for that scope.",
    ),
    "erase_membership": (
        "U bent nog lid. Beëindig eerst uw lidmaatschap; daarna kunnen uw gegevens weg.",
        "You are still a member. End your membership first; then your data can go.",
    ),
    "erase_office": (
        "U hebt nog een functie ({value}). Geef die eerst terug; daarna kunnen uw gegevens weg.",
        "You still hold an office ({value}). Hand it back first; then your data can go.",
    ),
    "erase_open_order": (
        "Bestelling {value} loopt nog. Wacht tot die klaar en betaald is, of annuleer hem.",
        "Order {value} is still under way. Wait until it is done and paid, or cancel it.",
    ),
    "erase_pot": (
        "Er staat nog geld op uw naam. Laat de penningmeester dat eerst afrekenen.",
        "There is still money in your name. Have the treasurer settle it first.",
    ),
    "webhook_url_is_https": (
        "Dat adres kan niet: neem een https-adres dat van buiten bereikbaar is, zonder wachtwoord erin.",
        "That address will not do: take one with https that is reachable from outside, without a password in it.",
    ),
    "webhook_url_is_public": (
        "We sturen niets naar {value}: dat is geen adres op het internet. Geef een ander adres. Is het een adres in uw"
        " eigen netwerk? Vraag dan de beheerder om dat netwerk toe te staan.",
        "Nothing is sent to {value}: that is no address on the internet. Give another one. Is it an address in your"
        " own network? Then ask the operator to allow that network.",
    ),
    "most_webhooks": (
        "Een app heeft hoogstens {value} webhooks. Verwijder er een, of geef hem een ander adres.",
        "An app has at most {value} webhooks. Delete one, or give it another address.",
    ),
    "vat_cannot_be_reclaimed": (
        "De klant betaalt hier geen btw, en dan komt de btw die {value} rekent niet terug. Laat {value} de opdracht "
        "leiden, of vraag iemand die geen btw rekent.",
        "The customer pays no VAT here, so the VAT that {value} charges does not come back. Let {value} lead the job, "
        "or ask somebody who charges none.",
    ),
    "units_or_units_in_all": (
        "Zeg hoeveel er bij kwamen (units), of hoeveel er in totaal kwamen (unitsInAll). Niet allebei.",
        "Say how many more came (units), or how many came in all (unitsInAll). Not both.",
    ),
    "worked_hours_stay": (
        "Er zijn al uren gemeld op dit deel. Wat gewerkt is blijft van wie het werkte: vraag de coördinator om een "
        "plek erbij voor wie verder gaat, of om te weigeren wat niet klopt.",
        "Hours are reported on this part already. What was worked stays with who worked it: ask the coordinator for "
        "one more seat for who goes on, or to refuse what is not right.",
    ),
    "hand_on_names_a_colleague": ("Noem de collega die het overneemt.", "Name the colleague who takes it over."),
    "costs_are_the_assignments": (
        "De kosten van een opdracht staan in de opdracht zelf.",
        "The costs of an assignment stand in the assignment itself.",
    ),
    "charges_are_netted": (
        "Wat een coöperatie een andere in rekening brengt ({value}), wordt verrekend.",
        "What one cooperative charges another ({value}) is cleared by netting.",
    ),
    "both_name_one_day": (
        "De andere coöperatie noemde {value} als dag van betaling.",
        "The other cooperative named {value} as the day of payment.",
    ),
    "two_cooperatives": ("Kies een andere coöperatie dan de eigen.", "Choose another cooperative than one's own."),
    "two_people_trade": ("Ruilen doet u met een ander.", "You trade with somebody else."),
    "umbrella_is_a_tree": (
        "Zo zou een koepel onder zichzelf vallen.",
        "That way an umbrella would be under itself.",
    ),
    "until_not_before_start": (
        "De laatste dag {value} ligt voor de eerste.",
        "The last day {value} is before the first.",
    ),
    "rules_in_order": (
        "De regels staan niet in de goede volgorde: eerst kosten, dan aandelen, dan afdracht, dan de rest ({value}).",
        "The rules are not in order: costs, then shares, then remittance, then the rest ({value}).",
    ),
    "one_rest_last": (
        "De laatste regel is 'pot' of 'collective', een van beide ({value}).",
        "The last rule is 'pot' or 'collective', one of the two ({value}).",
    ),
    "one_of_a_kind": ("Van een soort regel staat er meer dan een ({value}).", "A kind of rule stands twice ({value})."),
    "shares_at_most_whole": ("De aandelen zijn samen meer dan 100 %.", "The shares are more than 100 % together."),
    "parent_exists": ("Er is geen koepel om aan te betalen.", "There is no umbrella to pay."),
    "at_least_one_example": ("Geef ten minste een voorbeeld.", "Give at least one worked example."),
    "margin_has_a_purchase_price": (
        "De margeregeling hoort bij een inkoopprijs: noem die, en alleen dan ({value}).",
        "The margin scheme goes with a purchase price: name it, and only then ({value}).",
    ),
    "somebody_votes": ("Er zijn nog geen leden om te stemmen.", "There are no members yet to vote."),
    "vote_needs_a_collective": (
        "Stemmen hoort bij een collectief; met eigen spaarpotten beslist wie spaart.",
        "Votes are for a collective; with pots of one's own the saver decides.",
    ),
    "spending_needs_pots": (
        "Een collectief heeft geen eigen spaarpotten om uit te kopen.",
        "A collective has no pots of one's own to buy from.",
    ),
}
