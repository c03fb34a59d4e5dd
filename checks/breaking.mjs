// What in a new OpenAPI document breaks clients of an old one: prints a JSON list of texts, empty where nothing does.
import { readFileSync } from "node:fs";
import { apiDiff } from "api-smart-diff";

const [before, after] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));

// An operation by its method and path, as the CHANGELOG names it; a shared part by its name.
function place(path) {
  return path[0] === "paths" ? `${String(path[2] ?? "").toUpperCase()} ${path[1]}` : path.slice(1, 3).join(" ");
}

// The library takes a field that requests need from now on for harmless, and one that answers always have from now on
// for a break; and it judges shared parts without knowing whether they go in or out: those count only where a type changes.
function breaks({ type, action, path }) {
  if (["info", "tags", "servers"].includes(path[0])) return false;
  const required = path.at(-2) === "required" && action === "add";
  if (required && path.includes("responses")) return false;
  const needed = required && path.includes("requestBody");
  const retyped = action === "replace" && path.at(-1) === "type";
  return needed || retyped || (type === "breaking" && path[0] === "paths");
}

const found = apiDiff(before, after).filter(breaks);
const texts = found.map((one) => `${place(one.path)}: ${one.description ?? `${one.action} ${one.path.slice(3).join(".")}`}`);
console.log(JSON.stringify([...new Set(texts)], null, 1));
