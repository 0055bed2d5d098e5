// One way to ask each client: { data, codes }.
import { CombinedGraphQLErrors } from "@apollo/client";
import { ClientError } from "graphql-request";
import { parse } from "graphql";
import { client as apollo } from "./apollo.mjs";
import { client as request } from "./request.mjs";
import { client as urql } from "./urql.mjs";

const codes = (errors) => errors.map((e) => e.extensions.code);
const estMutation = (document) => document.definitions[0].operation === "mutation";

export const executer = {
  async urql(texte, variables, get) {
    const document = parse(texte);
    const options = get && { preferGetMethod: "within-url-limit" }; // the default of urql
    const { data, error } = await (estMutation(document)
      ? urql.mutation(document, variables)
      : urql.query(document, variables, options)
    ).toPromise();
    return { data, codes: codes(error?.graphQLErrors ?? []) };
  },
  async apollo(texte, variables, get) {
    const document = parse(texte);
    const context = get && { fetchOptions: { method: "GET" } };
    try {
      const { data } = await (estMutation(document)
        ? apollo.mutate({ mutation: document, variables })
        : apollo.query({ query: document, variables, context }));
      return { data, codes: [] };
    } catch (error) {
      if (!CombinedGraphQLErrors.is(error)) throw error;
      return { data: error.data, codes: codes(error.errors) };
    }
  },
  async request(texte, variables, get) {
    request.requestConfig.method = get ? "GET" : "POST";
    try {
      return { data: await request.request(texte, variables), codes: [] };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return { data: error.response.data, codes: codes(error.response.errors) };
    }
  },
};
