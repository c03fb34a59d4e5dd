// What the page asks: the catalogue and a guest's order of Samen itself, an order of the shop's own server.
import createClient from "openapi-fetch";
import type { components, paths } from "./made/samen";

export type Offering = components["schemas"]["CatalogueOffering"];
export type GuestOrder = components["schemas"]["GuestOrder"];
export type NewOrder = components["schemas"]["PlaceOrder"];
type Problem = components["schemas"]["Problem"];
export type Refusal = Partial<Pick<Problem, "code" | "detail" | "errors">>;

/** What was refused, in words for people where Samen gave them. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail ?? refusal.code ?? "");
  }
}

const { samen }: { samen: string } = await (await fetch("/settings.json")).json();
const client = createClient<paths, "application/json">({ baseUrl: `${samen}/v1` });

/** A page of the catalogue. */
export async function search(text: string, after: string | null, language: string) {
  const query = { text: text || undefined, after: after ?? undefined, limit: 12 };
  return told(await client.GET("/catalogue/offerings", { params: { query }, headers: { "Accept-Language": language } }));
}

/** One offering. */
export async function offering(id: string, language: string): Promise<Offering> {
  const path = { offering_id: id };
  return told(
    await client.GET("/catalogue/offerings/{offering_id}", { params: { path }, headers: { "Accept-Language": language } }),
  );
}

/** How a guest's order stands; the token is the last part of its status address. */
export async function status(token: string, language: string): Promise<GuestOrder> {
  return told(
    await client.GET("/order-status/{token}", { params: { path: { token } }, headers: { "Accept-Language": language } }),
  );
}

/** Place an order; the same key again does nothing twice. Returns the token of its status. */
export async function place(order: NewOrder, key: string, language: string): Promise<string> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key, "Accept-Language": language };
  const answer = await fetch("/orders", { method: "POST", body: JSON.stringify(order), headers });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said);
  return String(said.statusUrl).split("/").pop()!;
}

function told<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Refused((answer.error ?? {}) as Refusal);
  return answer.data;
}
