import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const FOLDER = "../src/solli_graphql/page";

/** Write a .gz beside each text: the server sends it as it is. */
const compressed = {
  name: "compressed",
  closeBundle() {
    for (const name of readdirSync(FOLDER, { recursive: true })) {
      if (/\.(js|css|html)$/.test(name)) {
        const path = `${FOLDER}/${name}`;
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    }
  },
};

export default defineConfig({
  base: "/page/",
  build: { outDir: FOLDER, emptyOutDir: true, cssTarget: ["chrome123", "firefox120", "safari17.5"] },
  logLevel: "error",
  plugins: [compressed],
  worker: { format: "es" },
});
