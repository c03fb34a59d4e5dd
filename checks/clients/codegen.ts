import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../openapi/schema.graphql",
  documents: ["shop.graphql"],
  generates: {
    "made/graphql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: { useTypeImports: true, scalars: { UUID: "string", DateTime: "string", Date: "string" } },
    },
  },
};
export default config;
