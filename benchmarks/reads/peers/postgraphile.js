// PostGraphile 5 on Node 22: the tables as they are, conditions added by addPgTableCondition (literals
// where a partial index wants them), the labels by extendSchema, a function for the mutation. No
// identity: the document tells the structure.
// node postgraphile.js FILE PORT

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { constant, lambda } from 'postgraphile/grafast'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { addPgTableCondition, extendSchema, gql } from 'postgraphile/utils'

const given = JSON.parse(readFileSync(process.argv[2]))
const label = (espace) => ($s) =>
  lambda([$s.get('statut'), $s.get('destinataire_actuel')], ([statut, chez]) =>
    given.libelles[espace][statut + ' ' + chez], true)
const words = extendSchema({
  typeDefs: gql`
    extend type Sollicitation { libelleRecues: String! libelleSupport: String! }
    extend type PeersTraiterPayload { confirmation: String! }
  `,
  objects: {
    Sollicitation: { plans: { libelleRecues: label('RECUES'), libelleSupport: label('SUPPORT') } },
    PeersTraiterPayload: { plans: { confirmation: () => constant(given.confirmation) } }
  }
})
const condition = (name, type, test) =>
  addPgTableCondition({ schemaName: 'public', tableName: 'sollicitation' }, name, type, test)
const text = (build) => ({ type: build.graphql.GraphQLString })
const day = ({ sqlValueWithCodec, build }, value) =>
  sqlValueWithCodec(value, build.dataplanPg.TYPES.date)
const conditions = [
  condition('aPrendre', (build) => ({ type: build.graphql.GraphQLBoolean }), (_, { sql, sqlTableAlias: s }) =>
    sql`${s}.destinataire_actuel = 'STRUCTURE' AND ${s}.statut IN ('A_TRAITER', 'EN_COURS')`),
  condition('passeAuSupport', (build) => ({ type: build.graphql.GraphQLBoolean }), (_, { sql, sqlTableAlias: s }) =>
    sql`${s}.passe_support`),
  condition('statuts', ({ graphql: g }) => ({ type: new g.GraphQLList(g.GraphQLString) }), (value, h) =>
    h.sql`${h.sqlTableAlias}.statut = ANY(${h.sqlValueWithCodec(value, h.build.dataplanPg.listOfCodec(h.build.dataplanPg.TYPES.text))})`),
  condition('codeCategorie', text, (value, { sql, sqlTableAlias: s, sqlValueWithCodec, build }) =>
    sql`${s}.categorie_id IN (SELECT c.id FROM public.categorie c WHERE c.code = ${sqlValueWithCodec(value, build.dataplanPg.TYPES.text)})`),
  condition('deposeeDu', text, (value, h) =>
    h.sql`${h.sqlTableAlias}.date_depot >= ${day(h, value)}::timestamp AT TIME ZONE 'Europe/Paris'`),
  condition('deposeeAu', text, (value, h) =>
    h.sql`${h.sqlTableAlias}.date_depot < (${day(h, value)} + 1)::timestamp AT TIME ZONE 'Europe/Paris'`)
]
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [words, ...conditions],
  disablePlugins: ['PgIndexBehaviorsPlugin'], // order by any column
  pgServices: [
    makePgService({
      connectionString: `postgresql://postgres@/${given.database}?host=${given.host}`,
      schemas: ['public', 'peers'],
      poolConfig: { max: given.pool }
    })
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false }
})
const server = createServer()
await pgl.createServ(grafserv).addTo(server)
server.listen({ host: '127.0.0.1', port: Number(process.argv[3]) })
if (process.argv[4]) console.log((await import('postgraphile/graphql')).printSchema((await pgl.getSchema())))
