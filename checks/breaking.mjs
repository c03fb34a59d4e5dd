// What in a new contract breaks clients of an old one, OpenAPI or GraphQL; files are given as old new, old new, …
// Prints a JSON list, for each pair an object: each break by its exact name with a description.
import { readFileSync } from "node:fs";
import { diff } from "@graphql-inspector/core";
import { apiDiff } from "api-smart-diff";
import { buildSchema } from "graphql";

const files = process.argv.slice(2);
const found = [];
for (let at = 0; at < files.length; at += 2) found.push(Object.fromEntries(await broken(files[at], files[at + 1])));
console.log(JSON.stringify(found, null, 1));

async function broken(old, fresh) {
  const [before, after] = [old, fresh].map((file) => readFileSync(file, "utf8"));
  return old.endsWith(".graphql") ? graphqlBreaks(before, after) : restBreaks(parsed(before), parsed(after));
}

// In a pattern of JSON Schema `\d` is a digit from 0 to 9 (ECMA-262), so `[0-9]` in its place breaks nobody. Nor do a
// description, which beside a `$ref` or `anyOf` the library takes for a schema of its own, another order of `anyOf`, and
// a header in another case.
function parsed(contract) {
  const plain = { description: words, pattern: digits, anyOf: sorted, parameters: lowered };
  return JSON.parse(contract, (key, value) => reference(Object.hasOwn(plain, key) ? plain[key](value) : value));
}

function words(value) {
  return typeof value === "string" ? undefined : value;
}

function digits(value) {
  return typeof value === "string" ? value.replaceAll("\\d", "[0-9]") : value;
}

function sorted(options) {
  const last = (option) => (option.type === "null" ? 1 : 0);
  return Array.isArray(options) ? options.sort((one, other) => last(one) - last(other)) : options;
}

function reference(value) {
  return typeof value?.$ref === "string" ? { $ref: value.$ref } : value;
}

function lowered(parameters) {
  if (!Array.isArray(parameters)) return parameters;
  return parameters.map((one) => (one.in === "header" ? { ...one, name: one.name.toLowerCase() } : one));
}

// `FIELD_REMOVED Order.reference`
async function graphqlBreaks(before, after) {
  const changes = await diff(buildSchema(before), buildSchema(after));
  const breaks = changes.filter(({ criticality }) => criticality.level === "BREAKING");
  return breaks.map(({ type, path, message }) => [`${type} ${path}`, message]);
}

// `GET /orders/{order_id} remove 200.reference`; of all operations at once: `servers remove /v1`
function restBreaks(before, after) {
  const kept = new Set((after.servers ?? []).map(({ url }) => url));
  const moved = (before.servers ?? []).filter(({ url }) => !kept.has(url));
  const found = apiDiff(before, after).filter((one) => breaks(one) && !listed(one, before));
  const named = found.map((one) => [name(one, { before, after }), one.description ?? ""]);
  return [...moved.map(({ url }) => [`servers remove ${url}`, "paths start elsewhere"]), ...named];
}

// A text of an answer that has one of a few values from now on breaks nobody. The library leaves an empty list behind.
function listed({ action, path }, before) {
  const at = path.lastIndexOf("enum");
  return action === "add" && path.includes("responses") && at > 0 && !seen(before, path.slice(0, at))?.enum?.length;
}

function seen(document, path) {
  const local = (node) => (node?.$ref ? seen(document, node.$ref.slice(2).split("/")) : node);
  return path.reduce((node, key) => local(local(node)?.[key]), document);
}

// The library takes a field that requests need from now on, and another type in an answer, for harmless, and a field
// that answers always have from now on for a break. It judges shared parts without knowing whether they go in or out:
// only operations count, and they show all that they use.
function breaks({ type, action, path }) {
  if (path[0] !== "paths") return false;
  const required = action === "add" && path.at(-2) === "required";
  if (required) return path.includes("requestBody");
  const retyped = action === "replace" && path.at(-1) === "type";
  return retyped || type === "breaking";
}

function name({ action, path, ...values }, documents) {
  const [, address, method = "", ...parts] = path;
  const when = action === "add" ? "after" : "before";
  const operation = documents[when].paths[address][method];
  if (parts[0] === "parameters" && parts.length > 1) parts[1] = operation.parameters[parts[1]]?.name ?? parts[1];
  if (["required", "enum"].includes(parts.at(-2))) parts[parts.length - 1] = values[when];
  return [method.toUpperCase(), address, action, place(parts)].filter(Boolean).join(" ");
}

// Without what every schema has: `200.items[].reference`
function place(parts) {
  const found = [];
  for (let at = parts[0] === "responses" ? 1 : 0; at < parts.length; at += 1) {
    if (parts[at] === "properties" && at + 1 < parts.length) found.push(parts[(at += 1)]);
    else if (parts[at] === "items") found.push(`${found.pop()}[]`);
    else if (parts[at] === "content" && parts[at + 2] === "schema") at += 2;
    else found.push(parts[at]);
  }
  return found.join(".");
}
