// openapi-fetch with the types of openapi-typescript: what does not fit the contract does not compile.
import createClient from "openapi-fetch";
import type { paths } from "./made/rest.js";

const samen = createClient<paths>({
  baseUrl: `${process.env.SAMEN_URL}/v1`,
  headers: { Authorization: `Bearer ${process.env.TOKEN}` },
});
const listed = await samen.GET("/catalogue/offerings", { params: { query: { text: "tuin", limit: 1 } } });
const offering = listed.data!.items[0]!;
const placed = await samen.POST("/orders", {
  params: { header: { "idempotency-key": crypto.randomUUID() } },
  body: {
    lines: [{ offeringId: offering.id, quantity: 1 }],
    contact: { name: "Jo de Wit", email: "jo@example.org" },
  },
});
if (placed.error) throw new Error(JSON.stringify(placed.error));
const followed = await samen.GET("/orders/{order_id}", { params: { path: { order_id: placed.data.order.id } } });
const refused = await samen.GET("/orders/{order_id}", { params: { path: { order_id: crypto.randomUUID() } } });
console.log(followed.data!.state, refused.error!.code);
