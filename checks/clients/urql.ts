// urql with the same documents.
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { BrowseDocument, FollowDocument, PlaceDocument } from "./made/graphql/graphql.js";

const client = new Client({
  url: `${process.env.SAMEN_URL}/graphql`,
  exchanges: [cacheExchange, fetchExchange],
  preferGetMethod: false,
  fetchOptions: { headers: { Authorization: `Bearer ${process.env.TOKEN}` } },
});
const browsed = await client.query(BrowseDocument, { text: "tuin", first: 1 }).toPromise();
const offering = browsed.data!.catalogue!.edges[0]!.node;
const placed = await client
  .mutation(PlaceDocument, { key: crypto.randomUUID(), offering: offering.id })
  .toPromise();
const followed = await client.query(FollowDocument, { id: placed.data!.placeOrder!.order.id }).toPromise();
const refused = await client.query(FollowDocument, { id: crypto.randomUUID() }).toPromise();
console.log(followed.data!.order!.state, refused.error!.graphQLErrors[0]!.extensions.code);
