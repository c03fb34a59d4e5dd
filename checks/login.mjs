// A person logs in at an OpenID provider by authorization code with PKCE (openid-client), and follows something over a
// socket (graphql-ws). It is told what to do line by line: JSON in, JSON out.
import { createClient } from "graphql-ws";
import { createInterface } from "node:readline";
import * as client from "openid-client";
import WebSocket from "ws";

const callback = "https://shop.test/callback";

const decoded = (text) => text.replaceAll("&#34;", '"').replaceAll("&#x2F;", "/").replaceAll("&amp;", "&");
const attribute = (tag, name) => decoded(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "");

// in place of the browser: it keeps cookies, fills in each form that it meets, and ends where the client is called back
async function browse(start, filled) {
  const cookies = new Map();
  let url = new URL(start);
  let body;
  for (let page = 0; page < 20; page += 1) {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const sent = body ? { method: "POST", body, headers: { ...headers, referer: url.href } } : { headers };
    const answer = await fetch(url, { ...sent, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    if (answer.headers.has("location")) {
      url = new URL(answer.headers.get("location"), url);
      body = undefined;
      if (url.href.startsWith(callback)) return url;
      continue;
    }
    const text = await answer.text();
    const form = [...text.matchAll(/<form[^>]*>.*?<\/form>/gs)].map(([found]) => found).find((found) => /method="post"/i.test(found));
    if (!answer.ok || !form) throw new Error(`${answer.status} ${url}: ${text.slice(0, 2000)}`);
    body = new URLSearchParams();
    for (const [input] of form.matchAll(/<input[^>]*>/g)) {
      const name = attribute(input, "name");
      if (name) body.set(name, filled[name] ?? attribute(input, "value"));
    }
    const chosen = /<button[^>]*name="answer"[^>]*value="accept"[^>]*>/.exec(form);
    if (chosen) body.set("answer", "accept");
    url = new URL(attribute(/<form[^>]*>/.exec(form)[0], "action") || url, url);
  }
  throw new Error("the login does not end");
}

const acts = {
  // an access token for a person
  async token({ issuer, clientId, scope, filled }) {
    const found = await client.discovery(new URL(issuer), clientId, { id_token_signed_response_alg: "RS256" }, client.None());
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = client.buildAuthorizationUrl(found, {
      redirect_uri: callback,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    const back = await browse(url, filled);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
    const tokens = await client.authorizationCodeGrant(found, back, checks);
    return { token: tokens.access_token };
  },
  // the first event of a subscription; the client connects anew by itself if it is told to
  async watch({ url, token, query, variables }) {
    const closed = [];
    const socket = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 20,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 200)),
      on: { closed: (event) => closed.push(event.code) },
    });
    try {
      for await (const event of socket.iterate({ query, variables })) return { event, closed };
    } finally {
      await socket.dispose();
    }
    return { closed };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...given } = JSON.parse(line);
  const answer = await acts[act](given).catch((error) => ({ error: `${error?.stack ?? error} ${error?.cause ?? ""} ${error?.code ?? ""} ${error?.reason ?? ""}` }));
  console.log(JSON.stringify(answer));
}
process.exit(0);
