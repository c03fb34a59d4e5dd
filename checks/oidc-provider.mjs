// The npm package oidc-provider over TLS, as somebody sets it up for Samen: a resource server whose tokens are JWTs.
// It is told what to do line by line: JSON in, JSON out. Arguments: port, certificate, key.
import { createPrivateKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

console.info = console.error; // its notices; stdout is for answers
const [port, cert, key] = process.argv.slice(2);
const issuer = `https://localhost:${port}`;
const scopes = "catalogue:read orders:read orders:write";
let server;
let delay = 0;
let keys;

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" })).export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };
}

function provider() {
  return new Provider(issuer, {
    clients: [
      {
        client_id: "shop",
        redirect_uris: ["https://shop.test/callback"],
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys },
    cookies: { keys: [randomUUID()] },
    scopes: ["openid", ...scopes.split(" ")],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "urn:samen",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: "samen",
          scope: scopes,
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
}

const acts = {
  // a new key in place of the one before, once it listens again
  async rotate() {
    keys = [newKey()];
    return {};
  },
  async start() {
    const answer = provider().callback();
    server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) =>
      setTimeout(() => answer(request, response), delay),
    );
    await new Promise((resolve) => server.listen(Number(port), "localhost", resolve));
    return { issuer };
  },
  async stop() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    return {};
  },
  // every answer takes so many seconds
  async slow({ seconds }) {
    delay = seconds * 1000;
    return {};
  },
};

await acts.rotate();
console.log(JSON.stringify(await acts.start()));
for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await acts[act](given)));
}
process.exit(0);
