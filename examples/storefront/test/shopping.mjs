// Somebody shops in a real browser: on a phone, with the keyboard alone, in two languages, and with a line that drops.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const shop = process.env.SHOP_URL ?? "http://127.0.0.1:5173";
const pictures = process.env.PICTURES;
const word = process.env.WORD ?? "tuinbeurt";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "nl-NL", bypassCSP: true });
const page = await context.newPage();
const wrong = [];
page.on("pageerror", (error) => wrong.push(error.message));
page.setDefaultTimeout(10_000);

const heading = () => page.locator("main:not([aria-busy]) h1");
const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);

/** Nothing that WCAG 2.2 AA forbids, nothing wider than the screen. */
async function good(name) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await page.evaluate((values) => globalThis.axe.run({ runOnly: values }), tags);
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html)}`), [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
}

/** Press Tab until the focus is where it should be. */
async function tabTo(wanted) {
  for (let presses = 0; presses < 60; presses++) {
    if ((await focused()) === wanted) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${wanted} cannot be reached by keyboard; the focus is at ${await focused()}`);
}

/** The new page is there, and the focus is at its heading: the address changes before the page does. */
async function arrived(title) {
  const there = (wanted) => document.activeElement?.matches("main:not([aria-busy]) h1") && document.activeElement.textContent === wanted;
  await page.waitForFunction(there, title);
}

/** As the maker: takes the order. */
async function accept(reference) {
  const { samen } = await (await fetch(`${shop}/settings.json`)).json();
  const headers = { Authorization: `Bearer ${process.env.SELLER_TOKEN}`, "Content-Type": "application/json" };
  const { items } = await (await fetch(`${samen}/v1/orders`, { headers })).json();
  const order = items.find((one) => one.reference === reference);
  const body = JSON.stringify({ verb: "accept" });
  const answer = await fetch(`${samen}/v1/orders/${order.id}/transitions`, { method: "POST", headers: { ...headers, "Idempotency-Key": reference }, body });
  assert.equal(answer.status, 200);
}

try {
  await page.goto(shop);
  await heading().waitFor();
  await good("overview");
  assert.equal(await page.getAttribute("html", "lang"), "nl");

  // Searching, with the keyboard alone.
  await tabTo("text");
  await page.keyboard.type(word);
  await page.keyboard.press("Enter");
  await page.waitForURL(/text=/);
  await arrived("Wat kunnen we voor u doen?");
  const title = await page.locator(".card a", { hasText: new RegExp(word, "i") }).first().textContent();
  await tabTo(title);
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/offering\//);
  await arrived(title);
  await good("offering");

  // Ordering: first without a way to be reached, then while the line drops, then well.
  await tabTo("quantity");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("2");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Jo de Wit");
  await page.keyboard.press("Enter");
  await page.locator(".refusal", { hasText: "e-mailadres of een telefoonnummer" }).waitFor();
  await tabTo("email");
  await page.keyboard.type("jo@example.org");
  const keys = [];
  await page.route("**/orders", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    await route.fetch(); // it arrives, the answer does not
    return route.abort();
  });
  await page.keyboard.press("Enter");
  await page.locator(".refusal", { hasText: "nooit een dubbele bestelling" }).waitFor();
  await good("no-answer");
  await page.reload();
  await heading().waitFor();
  assert.equal(await page.inputValue("#email"), "jo@example.org");
  await tabTo("email");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/order\//);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await page.locator(".now", { hasText: "Geplaatst" }).waitFor();
  await good("order");

  // The other language, and the order as it goes on.
  await page.click("#language");
  await page.locator(".now", { hasText: "Placed" }).waitFor();
  const reference = (await heading().textContent()).replace("Your order ", "");
  assert.match(reference, /^[2-9A-HJ-NP-Z]{8}$/);
  console.log(reference);
  if (process.env.SELLER_TOKEN) {
    await accept(reference);
    await page.locator(".now", { hasText: "Accepted" }).waitFor();
  }

  // What is not there, and what Samen refuses, in words.
  await page.goto(`${shop}/#/order/nobody`);
  await page.locator("h1", { hasText: "not here" }).waitFor();
  await good("gone");
  assert.deepEqual(wrong, []);
} finally {
  await browser.close();
}
