// An OIDC provider and a client of another maker, told what to do line by line: JSON in, JSON out.
import { createInterface } from "node:readline";
import { OAuth2Server } from "oauth2-mock-server";
import * as client from "openid-client";

const port = Number(process.argv[2]);
const issuer = `http://localhost:${port}`;
let server;

async function start(claims) {
  server = new OAuth2Server();
  server.issuer.url = issuer;
  const key = await server.issuer.keys.generate("RS256");
  server.service.on("beforeTokenSigning", (token) => {
    if (token.payload.aud === "shop") return; // the id token, which is the client's own
    const now = Math.floor(Date.now() / 1000);
    Object.assign(token.payload, { aud: "samen", azp: "shop", iat: now, exp: now + 300, jti: crypto.randomUUID() }, claims);
  });
  await server.start(port, "localhost");
  return { issuer, kid: key.kid };
}

const acts = {
  // a person's token, by authorization code with PKCE
  async token() {
    const insecure = { execute: [client.allowInsecureRequests] };
    const found = await client.discovery(new URL(issuer), "shop", undefined, client.None(), insecure);
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(found, {
      redirect_uri: "http://localhost/callback",
      scope: "openid",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
    });
    const { headers } = await fetch(url, { redirect: "manual" }); // the browser: it is sent back with the code
    const back = new URL(headers.get("location"));
    const tokens = await client.authorizationCodeGrant(found, back, { pkceCodeVerifier: verifier, expectedState: state });
    return { token: tokens.access_token };
  },
  // another key in place of the one before
  async restart({ claims }) {
    await server.stop();
    return await start(claims ?? {});
  },
  // nobody answers any more
  async stop() {
    await server.stop();
    server = undefined;
    return {};
  },
  // an app of ours logs in with a key of its own
  async login({ ours, endpoint, clientId, jwk, scope }) {
    const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const signs = client.PrivateKeyJwt({ key, kid: jwk.kid });
    const config = new client.Configuration({ issuer: ours, token_endpoint: endpoint }, clientId, {}, signs);
    client.allowInsecureRequests(config);
    try {
      return await client.clientCredentialsGrant(config, { scope });
    } catch (error) {
      return { error: String(error.status ?? error.cause?.status ?? error) };
    }
  },
};

console.log(JSON.stringify(await start({})));
for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await acts[act](given)));
}
await server?.stop();
process.exit(0);
