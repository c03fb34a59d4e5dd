// Everything the page says, in two languages.
export type Language = "nl" | "en";

const nl = {
  title: "Samen",
  skip: "Naar de inhoud",
  other: "English",
  about: "Wat leden van sociale coöperaties maken en doen.",
  heading: "Wat kunnen we voor u doen?",
  search: "Zoeken",
  found: (count: number, all: boolean) => (all ? `${count} gevonden` : `De eerste ${count}`),
  nothing: "Niets gevonden. Probeer een ander woord.",
  more: "Meer laten zien",
  back: "Terug naar het overzicht",
  by: (maker: string, cooperative: string) => `${maker}, ${cooperative}`,
  per: { piece: "per stuk", hour: "per uur", person: "per persoon" } as Record<string, string>,
  vat: "inclusief btw",
  free: "Gratis",
  left: (count: number) => `Nog ${count}`,
  soldOut: "Uitverkocht",
  order: "Bestellen",
  quantity: "Aantal",
  name: "Uw naam",
  email: "E-mailadres",
  phone: "Telefoonnummer",
  reach: "Vul een e-mailadres of een telefoonnummer in.",
  note: "Wat moet de maker weten? (mag leeg)",
  total: "Totaal, ongeveer",
  send: "Bestelling plaatsen",
  sending: "Een ogenblik…",
  later: "U betaalt nu niets. De rekening komt later.",
  offline: "Er kwam geen antwoord. Wat u invulde is bewaard. Probeer het nog eens: er komt nooit een dubbele bestelling.",
  gone: "Dit is er niet (meer).",
  retry: "Opnieuw proberen",
  yours: "Uw bestelling",
  keep: "Bewaar het adres van deze pagina: hier ziet u altijd hoe het gaat.",
  state: {
    placed: "Geplaatst: de maker kijkt ernaar",
    accepted: "Aangenomen",
    in_progress: "Er wordt aan gewerkt",
    delivered: "Geleverd",
    completed: "Klaar",
    refused: "De maker kan dit niet doen",
    expired: "De maker antwoordde niet op tijd",
    cancelled: "Geannuleerd",
  } as Record<string, string>,
  steps: "Hoe het gaat",
  paid: "Betaald",
  paper: (kind: string, number: string) => `${kind === "credit_note" ? "Creditnota" : "Factuur"} ${number} (pdf)`,
};

const en: typeof nl = {
  title: "Samen",
  skip: "Skip to the content",
  other: "Nederlands",
  about: "What members of social cooperatives make and do.",
  heading: "What can we do for you?",
  search: "Search",
  found: (count, all) => (all ? `${count} found` : `The first ${count}`),
  nothing: "Nothing found. Try another word.",
  more: "Show more",
  back: "Back to the overview",
  by: (maker, cooperative) => `${maker}, ${cooperative}`,
  per: { piece: "each", hour: "an hour", person: "per person" },
  vat: "including VAT",
  free: "Free",
  left: (count) => `${count} left`,
  soldOut: "Sold out",
  order: "Order",
  quantity: "Quantity",
  name: "Your name",
  email: "E-mail address",
  phone: "Telephone number",
  reach: "Give an e-mail address or a telephone number.",
  note: "What should the maker know? (optional)",
  total: "Total, about",
  send: "Place the order",
  sending: "One moment…",
  later: "You pay nothing now. The invoice comes later.",
  offline: "There was no answer. What you filled in is kept. Try again: there will never be two orders.",
  gone: "This is not here (any more).",
  retry: "Try again",
  yours: "Your order",
  keep: "Keep the address of this page: it always shows how your order stands.",
  state: {
    placed: "Placed: the maker is looking at it",
    accepted: "Accepted",
    in_progress: "In progress",
    delivered: "Delivered",
    completed: "Completed",
    refused: "The maker cannot do this",
    expired: "The maker did not answer in time",
    cancelled: "Cancelled",
  },
  steps: "How it stands",
  paid: "Paid",
  paper: (kind, number) => `${kind === "credit_note" ? "Credit note" : "Invoice"} ${number} (PDF)`,
};

const KEPT = "samen-language";
export let language: Language = (localStorage.getItem(KEPT) ?? navigator.language).startsWith("en") ? "en" : "nl";
export let texts = language === "en" ? en : nl;

/** The other language from now on. */
export function change(): void {
  language = language === "en" ? "nl" : "en";
  texts = language === "en" ? en : nl;
  localStorage.setItem(KEPT, language);
}

/** An amount in its currency, as the language writes it; counted in cents so that it is exact. */
export function money(given: { amount: string; currency: string }, times = 1): string {
  const cents = Math.round(Number(given.amount) * 100) * times;
  const locale = language === "en" ? "en-GB" : "nl-NL";
  return new Intl.NumberFormat(locale, { style: "currency", currency: given.currency }).format(cents / 100);
}
