// node changements.mjs OLD NEW: the changes between two schemas that break clients, as JSON.
import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [ancien, nouveau] = process.argv.slice(2).map((f) => buildSchema(readFileSync(f, "utf8")));
const changements = await diff(ancien, nouveau);
const ruptures = changements.filter((c) => c.criticality.level === CriticalityLevel.Breaking);
console.log(JSON.stringify(ruptures.map(({ path, message }) => ({ path, message }))));
