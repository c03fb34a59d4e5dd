// Apollo Client with the documents of graphql-codegen.
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { BrowseDocument, FollowDocument, PlaceDocument } from "./made/graphql/graphql.js";

const headers = { Authorization: `Bearer ${process.env.TOKEN}` };
const link = new HttpLink({ uri: `${process.env.SAMEN_URL}/graphql`, headers });
const client = new ApolloClient({ link, cache: new InMemoryCache() });
const browsed = await client.query({ query: BrowseDocument, variables: { text: "tuin", first: 1 } });
const offering = browsed.data!.catalogue!.edges[0]!.node;
const variables = { key: crypto.randomUUID(), offering: offering.id };
const placed = await client.mutate({ mutation: PlaceDocument, variables });
const id = placed.data!.placeOrder!.order.id;
const followed = await client.query({ query: FollowDocument, variables: { id } });
const refused = await client
  .query({ query: FollowDocument, variables: { id: crypto.randomUUID() }, errorPolicy: "all" });
const error = refused.error as unknown as { errors: { extensions: { code: string } }[] };
console.log(followed.data!.order!.state, error.errors[0]!.extensions.code);
