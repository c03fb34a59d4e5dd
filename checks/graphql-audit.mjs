// Runs the audit of GraphQL over HTTP against URL with TOKEN and prints what is not ok.
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const results = await auditServer({ url, fetchFn });
const found = results.filter(({ status }) => status !== "ok");
for (const { id, name, status, reason } of found) console.log(`${status} ${id} ${name}: ${reason}`);
console.log(`${results.length - found.length} of ${results.length} ok`);
process.exit(found.some(({ status }) => status !== "notice") ? 1 : 0);
