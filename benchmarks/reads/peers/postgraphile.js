// PostGraphile 5 on Node 22: the tables as they are, the functions of postgraphile.sql, and two
// fields added by extendSchema. No identity: the document tells the structure.
// node postgraphile.js FILE PORT

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { constant, lambda } from 'postgraphile/grafast'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { extendSchema, gql } from 'postgraphile/utils'

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
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [words],
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
