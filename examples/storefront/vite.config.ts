import { defineConfig } from "vite";
import { own } from "./server.mjs";

export default defineConfig({
  plugins: [{ name: "orders", configureServer: (server) => void server.middlewares.use(own) }],
});
