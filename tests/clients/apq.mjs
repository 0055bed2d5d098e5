// node apq.mjs CLIENT URL TOKEN: asks twice by hash, and prints what was sent and the answers, as JSON.
import { parse } from "graphql";

const [nom] = process.argv.slice(2);
const QUI = parse("query Qui($id: ID!) { node(id: $id) { id } moi { nom } }");
const demander = {
  async apollo(client, variables) {
    return (await client.query({ query: QUI, variables })).data;
  },
  async urql(client, variables) {
    const { data, error } = await client.query(QUI, variables).toPromise();
    if (error) throw error;
    return data;
  },
};

const envoyees = [];
const vrai = globalThis.fetch;
globalThis.fetch = (url, options) => {
  const { query, extensions } = JSON.parse(options.body);
  envoyees.push({ query: query ?? null, hash: extensions?.persistedQuery?.sha256Hash ?? null });
  return vrai(url, options);
};
const { client } = await import(`./${nom}-apq.mjs`);
const recues = [];
for (const id of ["a", "b"]) recues.push(await demander[nom](client, { id }));
console.log(JSON.stringify({ envoyees, recues }));
