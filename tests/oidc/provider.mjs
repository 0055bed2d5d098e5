// A real OpenID Connect provider: `node provider.mjs FOLDER`, with node_modules in FOLDER.
// It prints the port that it listens on. /test/… are the tests' own hands on it.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const entry = pathToFileURL(join(process.argv[2], "node_modules/oidc-provider/lib/index.js"));
const { Provider } = await import(entry.href);
console.info = console.warn = () => {};
const API = "https://api.solli.example";
const SCOPES = "solli:lecture solli:ecriture";
const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const encryption = JSON.parse(process.argv[3] ?? "null");
const seen = { jwks: 0, introspection: 0, discovery: 0 };
const store = new Map();

class Memory {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) { store.set(this.key(id), payload); }
  async find(id) { return store.get(this.key(id)); }
  async findByUid(uid) { return [...store.values()].find((p) => p.uid === uid); }
  async consume(id) { store.get(this.key(id)).consumed = 1; }
  async destroy(id) { store.delete(this.key(id)); }
  async revokeByGrantId() {}
}

const key = (kid, type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), kid, alg, use: "sig",
});
let keys = [];
const newKeys = (n) => keys = [
  key(`rsa-${n}`, "rsa", { modulusLength: 2048 }, "RS256"),
  key(`ec-${n}`, "ec", { namedCurve: "P-256" }, "ES256"),
];
const client = (id, more = {}) => ({
  client_id: id, client_secret: `secret-of-${id}-which-is-long-enough`, redirect_uris: [],
  response_types: [], grant_types: ["client_credentials"], ...more,
});
const clients = [
  client("partenaire"), client("inconnu"),
  client("solli"),
  client("solli-signe", { introspection_signed_response_alg: "ES256" }),
  ...(encryption ? [client("solli-chiffre", {
    introspection_signed_response_alg: "ES256",
    introspection_encrypted_response_alg: "RSA-OAEP",
    introspection_encrypted_response_enc: "A256GCM",
    jwks: { keys: [encryption] },
  })] : []),
];

const build = (keys) => {
  const provider = new Provider(issuer, {
    adapter: Memory, clients, jwks: { keys }, scopes: SCOPES.split(" "),
    cookies: { keys: ["of the tests"] },
    ttl: { AccessToken: 3600, ClientCredentials: 3600, RefreshToken: 3600 },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@tests.example`, email_verified: true }),
    }),
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    extraTokenClaims: (_, token) => token.wanted,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      encryption: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: SCOPES, audience: API, accessTokenTTL: 3600,
          accessTokenFormat: resource.endsWith("/opaque") ? "opaque" : "jwt",
          jwt: { sign: { alg: resource.endsWith("/ec") ? "ES256" : "RS256" } },
        }),
      },
    },
    clientDefaults: { id_token_signed_response_alg: "RS256" },
    enabledJWA: {
      introspectionSigningAlgValues: ["RS256", "ES256"],
      introspectionEncryptionAlgValues: ["RSA-OAEP"],
      introspectionEncryptionEncValues: ["A256GCM"],
    },
  });
  provider.on("server_error", (_, error) => console.error(error));
  return provider;
};

let generation = 1;
let provider = build(newKeys(generation));
let answer = provider.callback();
const json = (res, body) => { res.setHeader("content-type", "application/json"); res.end(JSON.stringify(body)); };

// A token of a person: what the authorization code flow would have ended with.
async function personal({ sub, opaque, bare, kind = "AccessToken", scope, ttl, extra, idToken }) {
  const owner = await provider.Client.find("partenaire");
  const grant = new provider.Grant({ clientId: "partenaire", accountId: sub });
  const grantId = await grant.save(ttl);
  if (idToken) {
    const token = new provider.IdToken({ sub, ...extra }, { client: owner });
    token.scope = "openid";
    token.set("nonce", "n-0S6_WzA2Mj");
    return token.issue({ use: "idtoken" });
  }
  const token = new provider[kind]({ accountId: sub, client: owner, grantId, scope, gty: "authorization_code" });
  token.wanted = extra;
  if (scope) grant.addOIDCScope(scope), await grant.save(ttl);
  if (kind === "AccessToken" && !bare) {
    token.resourceServer = new provider.ResourceServer(API, {
      audience: API, scope: SCOPES, accessTokenTTL: 3600,
      accessTokenFormat: opaque ? "opaque" : "jwt", jwt: { sign: { alg: "RS256" } },
    });
  }
  return token.save(ttl ?? 3600);
}

const hands = {
  "/test/rotate": async () => { generation += 1; provider = build(newKeys(generation)); answer = provider.callback(); return {}; },
  "/test/seen": async () => seen,
  "/test/keys": async () => ({ keys }),
  "/test/personal": async (asked) => ({ token: await personal(asked) }),
};

server.on("request", async (req, res) => {
  const path = req.url.split("?")[0];
  if (path === "/jwks") seen.jwks += 1;
  if (path.startsWith("/.well-known")) seen.discovery += 1;
  if (path === "/token/introspection") seen.introspection += 1;
  if (!hands[path]) return answer(req, res);
  let body = "";
  for await (const chunk of req) body += chunk;
  try { json(res, await hands[path](JSON.parse(body || "{}"))); } catch (error) { console.error(error); res.statusCode = 500; res.end(); }
});
console.log(server.address().port);
