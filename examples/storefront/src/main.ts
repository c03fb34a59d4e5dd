// Which page the address names; the focus goes to its heading, so that keyboard and screen reader start there.
import { h } from "./dom";
import { follow } from "./follow";
import { Refused } from "./samen";
import { offering, overview } from "./shop";
import "./style.css";
import { change, language, texts } from "./texts";

const main = document.querySelector("main")!;
let shown = 0;

async function page(over: () => boolean): Promise<Node[]> {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/");
  if (name === "offering" && id) return offering(id);
  if (name === "order" && id) return follow(id, over);
  return overview(new URLSearchParams(query).get("text") ?? "");
}

function failed(error: unknown): Node[] {
  const gone = error instanceof Refused && error.refusal.code === "not_found";
  const said = gone ? texts.gone : error instanceof Refused && error.message ? error.message : texts.offline;
  const again = h("button", { type: "button", onclick: () => void show() }, texts.retry);
  return [h("h1", { tabindex: -1 }, said), gone ? h("a", { href: "#/" }, texts.back) : again];
}

async function show(focus = true): Promise<void> {
  const mine = ++shown;
  main.setAttribute("aria-busy", "true");
  const nodes = await page(() => mine !== shown).catch(failed);
  if (mine !== shown) return;
  main.replaceChildren(...nodes);
  main.removeAttribute("aria-busy");
  const heading = main.querySelector("h1")!;
  document.title = `${heading.textContent} – ${texts.title}`;
  if (focus) heading.focus();
}

function dress(): void {
  document.documentElement.lang = language;
  document.querySelector(".skip")!.textContent = texts.skip;
  const other = document.querySelector<HTMLButtonElement>("#language")!;
  other.textContent = texts.other;
  other.lang = language === "en" ? "nl" : "en";
}

document.querySelector(".skip")!.addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
document.querySelector("#language")!.addEventListener("click", () => {
  change();
  dress();
  void show(false);
});
window.addEventListener("hashchange", () => void show());
dress();
void show(false);
