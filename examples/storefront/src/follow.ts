// How a guest's order stands; asked again while the page is looked at.
import { h } from "./dom";
import * as samen from "./samen";
import { language, money, texts } from "./texts";

const USUAL = ["placed", "accepted", "in_progress", "delivered", "completed"];
const EVERY = 5_000;

function steps(state: string): HTMLElement {
  if (!USUAL.includes(state)) return h("p", { class: "ended" }, texts.state[state] ?? state);
  const at = USUAL.indexOf(state);
  const shown = USUAL.map((name, number) => {
    const current = number === at ? "step" : undefined;
    return h("li", { class: number <= at ? "done" : "", "aria-current": current }, texts.state[name]!);
  });
  return h("ol", { class: "steps", "aria-label": texts.steps }, ...shown);
}

/** Its invoices and credit notes; the files open by these links, without a login. */
function papers(order: samen.GuestOrder): HTMLElement[] {
  return order.invoices.map((one) => h("p", {}, h("a", { href: one.pdf }, texts.paper(one.kind, one.number)), `: ${money(one.gross)}`));
}

/** The order behind a status token, until `over` says that another page is shown. */
export async function follow(token: string, over: () => boolean): Promise<Node[]> {
  let order = await samen.status(token, language);
  const standing = h("div", {}, steps(order.state));
  const said = h("p", { class: "now", role: "status" }, texts.state[order.state] ?? order.state);
  const issued = h("div", {}, ...papers(order));
  const paid = h("p", {}, `${texts.paid}: ${money(order.paid)}`);
  const look = async () => {
    if (over()) return;
    const now = document.hidden ? order : await samen.status(token, language).catch(() => order);
    if (over()) return;
    if (now.state !== order.state) {
      said.textContent = texts.state[now.state] ?? now.state;
      standing.replaceChildren(steps(now.state));
    }
    paid.textContent = `${texts.paid}: ${money(now.paid)}`;
    if (now.invoices.length !== order.invoices.length) issued.replaceChildren(...papers(now));
    order = now;
    setTimeout(() => void look(), EVERY);
  };
  setTimeout(() => void look(), EVERY);
  return [
    h("a", { href: "#/" }, texts.back),
    h("h1", { tabindex: -1 }, `${texts.yours} ${order.reference}`),
    said,
    h("p", {}, `${order.title}, ${order.cooperative}: `, h("strong", {}, money(order.gross))),
    standing,
    paid,
    issued,
    h("p", {}, texts.keep),
  ];
}
