// The shop's own server: it keeps the app's secret, and serves the built page. Everything public the page asks Samen itself.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const samen = process.env.SAMEN_URL ?? "http://127.0.0.1:8000";
const here = fileURLToPath(new URL("dist", import.meta.url));
const LIMIT = 20_000;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const SECURITY = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": `default-src 'self'; connect-src 'self' ${samen}; img-src 'self' https: data:; frame-ancestors 'none'`,
};
let token = "";

/** The credentials: given, or those that `make run` left for the examples. */
async function credentials() {
  const { CLIENT_ID, CLIENT_SECRET } = process.env;
  if (CLIENT_ID && CLIENT_SECRET) return { client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
  const file = new URL("../../.samen/apps.json", import.meta.url);
  const [app] = Object.values(JSON.parse(await readFile(file, "utf8")));
  return app;
}

async function logIn() {
  const form = new URLSearchParams({ grant_type: "client_credentials", ...(await credentials()) });
  const answer = await fetch(`${samen}/oauth/token`, { method: "POST", body: form });
  if (!answer.ok) throw new Error(`Samen refused the app's credentials: ${await answer.text()}`);
  token = (await answer.json()).access_token;
}

/** Place an order in the app's name; a token that ran out is renewed once. The key makes a repeat harmless. */
async function place(request, body) {
  const send = () =>
    fetch(`${samen}/v1/orders`, {
      method: "POST",
      body,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        "Accept-Language": request.headers["accept-language"] ?? "nl",
        "Idempotency-Key": request.headers["idempotency-key"] ?? "",
      },
    });
  if (!token) await logIn();
  let answer = await send();
  if (answer.status === 401) {
    await logIn();
    answer = await send();
  }
  return answer;
}

async function read(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LIMIT) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function json(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}

/** `POST /orders` and `GET /settings.json`; anything else is the next one's. */
export async function own(request, response, next) {
  if (request.method === "GET" && request.url === "/settings.json") return json(response, 200, { samen });
  if (request.method !== "POST" || request.url !== "/orders") return next();
  try {
    const body = await read(request);
    if (body === null) return json(response, 413, { code: "too_large" });
    const answer = await place(request, body);
    const said = await answer.json();
    if (!answer.ok) return json(response, answer.status, said);
    return json(response, answer.status, { reference: said.order.reference, statusUrl: said.statusUrl });
  } catch (error) {
    console.error(error.message);
    return json(response, 503, { code: "unavailable" });
  }
}

async function page(request, response) {
  const path = decodeURIComponent(request.url.split("?")[0]);
  const file = join(here, path === "/" ? "index.html" : path);
  const type = TYPES[extname(file)];
  const found = file.startsWith(here + sep) && type ? await readFile(file).catch(() => null) : null;
  response.writeHead(found ? 200 : 404, { ...SECURITY, "Content-Type": `${type ?? "text/plain"}; charset=utf-8` });
  response.end(found ?? "Not found");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createServer((request, response) =>
    own(request, response, () => page(request, response)).catch((error) => {
      console.error(error.message); // an address that cannot be read, say
      response.writeHead(400, SECURITY).end();
    }),
  );
  server.listen(Number(process.env.PORT ?? 5173), "127.0.0.1", () => {
    console.log(`http://127.0.0.1:${server.address().port}`);
  });
}
