"use strict";
const query = `# Log in by a token in the Headers tab: {"Authorization": "Bearer …"}
# The catalogue needs none.
{
  catalogue(first: 5, text: "tuin") {
    edges { node { title maker priceInclVat { amount } cooperative { name } } }
  }
}
`;
const fetcher = GraphiQL.createFetcher({ url: new URL("graphql", document.baseURI).href });
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: query, shouldPersistHeaders: false }),
);
