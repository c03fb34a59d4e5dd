// The GraphQL schema by the rules of the field and of Relay; run from the project's folder.
import graphqlESLint from "@graphql-eslint/eslint-plugin";

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphqlESLint.parser,
      parserOptions: { graphQLConfig: { schema: "openapi/schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphqlESLint },
    rules: {
      "@graphql-eslint/known-type-names": "error",
      "@graphql-eslint/no-typename-prefix": "off",
      "@graphql-eslint/relay-connection-types": "error",
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/relay-page-info": "error",
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      "@graphql-eslint/unique-enum-value-names": "error",
      "@graphql-eslint/naming-convention": [
        "error",
        {
          types: "PascalCase",
          FieldDefinition: "camelCase",
          InputValueDefinition: "camelCase",
          EnumValueDefinition: "UPPER_CASE",
        },
      ],
    },
  },
];
