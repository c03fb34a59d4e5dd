// The overview, and one offering with its order form.
import { h } from "./dom";
import * as samen from "./samen";
import { language, money, texts } from "./texts";

function price(found: samen.Offering): HTMLElement {
  if (Number(found.price.amount) === 0) return h("p", { class: "price" }, h("strong", {}, texts.free));
  const unit = texts.per[found.priceUnit] ?? "";
  return h("p", { class: "price" }, h("strong", {}, money(found.price)), ` ${unit}, ${texts.vat}`);
}

function card(found: samen.Offering): HTMLElement {
  const picture = found.imageUrl && h("img", { src: found.imageUrl, alt: "", loading: "lazy" });
  const made = texts.by(found.maker, found.cooperative.name);
  const title = h("h2", {}, h("a", { href: `#/offering/${found.id}` }, found.title));
  return h("li", { class: "card" }, picture, title, h("p", {}, `${made} · ${found.town}`), price(found));
}

/** What is on offer, with a search of words. */
export async function overview(text: string): Promise<Node[]> {
  const list = h("ul", { class: "cards" });
  const more = h("button", { type: "button", onclick: () => void next() }, texts.more);
  const count = h("p", { role: "status" });
  let after: string | null = null;

  async function next(): Promise<void> {
    more.disabled = true;
    const page = await samen.search(text, after, language).finally(() => (more.disabled = false));
    const cards = page.items.map(card);
    list.append(...cards);
    if (after) cards[0]?.querySelector("a")?.focus();
    after = page.nextCursor;
    more.hidden = after === null;
    const shown = list.children.length;
    count.textContent = shown ? texts.found(shown, after === null) : texts.nothing;
  }

  const words = h("input", { type: "search", name: "text", id: "text", value: text, maxlength: 200 });
  const ask = (event: Event) => {
    event.preventDefault();
    location.hash = words.value.trim() ? `#/?text=${encodeURIComponent(words.value.trim())}` : "#/";
  };
  const box = h("div", { class: "row" }, words, h("button", {}, texts.search));
  const form = h("form", { role: "search", onsubmit: ask }, h("label", { for: "text" }, texts.search), box);
  await next();
  return [h("h1", { tabindex: -1 }, texts.heading), h("p", {}, texts.about), form, count, list, more];
}

/** One offering, and the form that orders it. */
export async function offering(id: string): Promise<Node[]> {
  const found = await samen.offering(id, language);
  const sold = found.left === 0;
  return [
    h("a", { href: "#/" }, texts.back),
    h("h1", { tabindex: -1 }, found.title),
    found.imageUrl ? h("img", { src: found.imageUrl, alt: "" }) : "",
    h("p", {}, `${texts.by(found.maker, found.cooperative.name)} · ${found.town}`),
    h("p", { class: "text" }, found.text),
    price(found),
    found.left !== null ? h("p", {}, sold ? texts.soldOut : texts.left(found.left)) : "",
    sold ? "" : orderForm(found),
  ] as Node[];
}

type Filled = { quantity: string; name: string; email: string; phone: string; note: string };
const EMPTY: Filled = { quantity: "1", name: "", email: "", phone: "", note: "" };

function field(name: keyof Filled, label: string, value: string, more: Record<string, string | number | boolean> = {}) {
  const input = h(name === "note" ? "textarea" : "input", { id: name, name, ...more });
  input.value = value;
  return h("div", { class: "field" }, h("label", { for: name }, label), input);
}

/** What is filled in is kept in this tab until the order stands; so is its key, as long as nothing changes. */
function orderForm(found: samen.Offering): HTMLFormElement {
  const kept = `draft-${found.id}`;
  const draft: Filled = { ...EMPTY, ...JSON.parse(sessionStorage.getItem(kept) ?? "{}") };
  const refusal = h("p", { class: "refusal", role: "alert", tabindex: -1 });
  const total = h("output", { for: "quantity" });
  const send = h("button", {}, texts.send);
  const form: HTMLFormElement = h(
    "form",
    { onsubmit: (event) => (event.preventDefault(), void order()), oninput: () => filled() },
    h("h2", {}, texts.order),
    field("quantity", texts.quantity, draft.quantity, { type: "number", min: 1, max: found.left ?? 999, required: true, inputmode: "numeric" }),
    field("name", texts.name, draft.name, { required: true, maxlength: 120, autocomplete: "name" }),
    field("email", texts.email, draft.email, { type: "email", maxlength: 254, autocomplete: "email" }),
    field("phone", texts.phone, draft.phone, { type: "tel", maxlength: 30, autocomplete: "tel" }),
    field("note", texts.note, draft.note, { rows: 3, maxlength: 500 }),
    h("p", {}, `${texts.total}: `, total),
    h("p", {}, texts.later),
    refusal,
    send,
  );

  function filled(): Filled {
    const now = Object.fromEntries(new FormData(form)) as Filled;
    sessionStorage.setItem(kept, JSON.stringify(now));
    total.textContent = money(found.price, Math.max(0, Math.trunc(Number(now.quantity) || 0)));
    return now;
  }

  function say(text: string): void {
    refusal.textContent = text;
    refusal.focus();
  }

  async function order(): Promise<void> {
    const now = filled();
    if (!now.email && !now.phone) return say(texts.reach);
    const wanted: samen.NewOrder = {
      lines: [{ offeringId: found.id, quantity: Number(now.quantity) }],
      contact: { name: now.name, email: now.email || null, phone: now.phone || null },
      note: now.note,
    };
    refusal.textContent = "";
    send.disabled = true;
    send.textContent = texts.sending;
    try {
      const token = await samen.place(wanted, keyOf(JSON.stringify(wanted)), language);
      sessionStorage.removeItem(kept);
      sessionStorage.removeItem(KEY);
      location.hash = `#/order/${token}`;
    } catch (error) {
      say((error instanceof samen.Refused && told(error)) || texts.offline);
    } finally {
      send.disabled = false;
      send.textContent = texts.send;
    }
  }
  filled();
  return form;
}

/** The reason, and which field it is about where Samen says so. */
function told(refused: samen.Refused): string {
  const fields = (refused.refusal.errors ?? []).map((error) => `${error.field}: ${error.message}`);
  return [refused.message === "unavailable" ? "" : refused.message, ...fields].filter(Boolean).join(" ");
}

const KEY = "samen-key";

/** The key of this very order: the same one for the same content, so that sending it again is harmless. */
function keyOf(content: string): string {
  const last = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (last?.content === content) return last.key;
  const key = crypto.randomUUID();
  sessionStorage.setItem(KEY, JSON.stringify({ content, key }));
  return key;
}
