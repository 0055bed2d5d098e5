// node audits.mjs PACKAGES URL: what each audit of graphql-http says of a running server, as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, url] = process.argv.slice(2);
const find = createRequire(pathToFileURL(`${packages}/`));
const { serverAudits } = find("graphql-http");
const told = await Promise.all(
  serverAudits({ url, fetchFn: fetch }).map(async (audit) => {
    const { name, status, reason } = await audit.fn();
    return { name, status, reason };
  }),
);
console.log(JSON.stringify(told));
