// Mercurius with jit and hand-written SQL on pg: named (prepared) statements, joins in the root's
// statement, lists by loaders, as its documentation recommends. No identity: it is told a structure.
// node mercurius.js FILE PORT

import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

const given = JSON.parse(readFileSync(process.argv[2]))
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text) // faster than a Date, exact
const pool = new pg.Pool({ host: given.host, database: given.database, user: 'postgres', max: given.pool })

const CARD = `
  s.id, s.numero, s.version, s.statut, s.destinataire_actuel AS chez, s.motif,
  s.date_depot AS "dateDepot", s.date_mise_a_jour AS "dateMiseAJour", s.description,
  c.libelle AS categorie, sc.libelle AS "sousCategorie", e.designation, v.code, v.libelle
`
const JOINS = `
  FROM sollicitation s JOIN categorie c ON c.id = s.categorie_id
  JOIN sous_categorie sc ON sc.id = s.sous_categorie_id
  JOIN structure e ON e.id = s.structure_emettrice_id
  LEFT JOIN service v ON v.id = s.service_destinataire_id
`
const SEARCH = `s.structure_destinataire_id = $1 AND s.categorie_id IN (SELECT id FROM categorie WHERE code = $2)
  AND s.statut = ANY($3) AND s.date_depot >= $4::date::timestamp AT TIME ZONE 'Europe/Paris'
  AND s.date_depot < ($5::date + 1)::timestamp AT TIME ZONE 'Europe/Paris'`
const LONG = `s.passe_support AND s.date_depot >= $1::date::timestamp AT TIME ZONE 'Europe/Paris'`
const NEWEST = 'ORDER BY s.date_depot DESC, s.id DESC LIMIT'
const SQL = {
  synthese: `SELECT ${CARD} ${JOINS}
    WHERE s.structure_destinataire_id = $1 AND s.destinataire_actuel = 'STRUCTURE'
    AND s.statut IN ('A_TRAITER', 'EN_COURS') ORDER BY s.date_depot, s.id LIMIT $2`,
  sollicitation: `SELECT ${CARD} ${JOINS} WHERE s.structure_destinataire_id = $1 AND s.numero = $2`,
  historique: `SELECT h.seq, h.date, t.auteur_nom AS nom, t.auteur_prenom AS prenom,
    h.ancien_statut AS "ancienStatut", h.nouveau_statut AS "nouveauStatut",
    coalesce(t.texte, t.texte_interne) AS commentaire, h.sollicitation_id AS de
    FROM unnest($1::bigint[]) AS i(id) CROSS JOIN LATERAL (
      SELECT * FROM historique WHERE sollicitation_id = i.id ORDER BY seq DESC LIMIT $2
    ) h JOIN historique_texte t USING (sollicitation_id, seq) ORDER BY h.seq DESC`,
  pieces: `SELECT id, nom_fichier AS "nomFichier", type_mime AS "typeMime", taille,
    date_ajout AS "dateAjout", etat, sollicitation_id AS de
    FROM piece_jointe WHERE sollicitation_id = ANY($1) ORDER BY id`,
  search: `SELECT (SELECT count(*) FROM sollicitation s WHERE ${SEARCH}) AS total, ${CARD} ${JOINS}
    WHERE ${SEARCH} ${NEWEST} $6`,
  first: `SELECT ${CARD} ${JOINS} WHERE ${LONG} ${NEWEST} $2`,
  following: `SELECT ${CARD} ${JOINS} WHERE ${LONG} AND (s.date_depot, s.id) < ($2, $3) ${NEWEST} $4`,
  traiter: `WITH u AS (
      UPDATE sollicitation SET statut = $3, version = version + 1, date_mise_a_jour = now(),
        brouillon = $4, prise_en_charge_par_id = $5
      WHERE id = $1 AND version = $2 AND statut IN ('A_TRAITER', 'EN_COURS') RETURNING *
    ), h AS (
      INSERT INTO historique (sollicitation_id, seq, date, action, ancien_statut,
        ancien_destinataire, nouveau_statut, destinataire, engagement, tete)
      SELECT id, version, now(), 'TRAITER', $3, destinataire_actuel, statut, destinataire_actuel,
        '\\x00', '\\x00' FROM u
    ) SELECT id, version, statut FROM u`
}
const fetch = async (name, values) => (await pool.query({ name, text: SQL[name], values })).rows
const cursor = (r) => Buffer.from(JSON.stringify([r.dateDepot, r.id])).toString('base64url')

const card = (r, espace) => ({
  ...r,
  statutLibelle: given.libelles[espace][r.statut + ' ' + r.chez],
  categorie: { libelle: r.categorie },
  sousCategorie: { libelle: r.sousCategorie },
  structureEmettrice: { designation: r.designation },
  serviceDestinataire: r.code === null ? null : { code: r.code, libelle: r.libelle }
})
const page = (rows, first, espace) => {
  const shown = rows.slice(0, first)
  return {
    totalCount: rows.length ? rows[0].total : 0,
    nodes: shown.map((r) => card(r, espace)),
    pageInfo: { hasNextPage: rows.length > first, endCursor: shown.length ? cursor(shown.at(-1)) : null }
  }
}

const schema = `
  enum Espace { EMISES RECUES SUPPORT }
  enum TriSollicitations { DATE_DEPOT_DESC DATE_DEPOT_ASC }
  enum StatutSollicitation { A_TRAITER EN_COURS EN_ATTENTE_INFORMATIONS REPONSE_APPORTEE CLOTUREE }
  input FiltreSollicitations {
    statut: [StatutSollicitation!] categorie: String deposeeDu: String deposeeAu: String
  }
  input TraiterInput {
    id: ID! statut: StatutSollicitation! miseAJour: String! versionAttendue: Int! cleIdempotence: String
  }
  type Libelle { libelle: String! }
  type Structure { designation: String! }
  type Service { code: String! libelle: String! }
  type Auteur { nom: String! prenom: String! }
  type Ligne {
    seq: Int! date: String! auteur: Auteur! ancienStatut: String nouveauStatut: String! commentaire: String
  }
  type Piece {
    id: ID! nomFichier: String! typeMime: String! taille: Int! dateAjout: String! etat: String!
  }
  type Sollicitation {
    id: ID! numero: String! version: Int! statut: String! statutLibelle: String! motif: String
    dateDepot: String! dateMiseAJour: String! description: String!
    categorie: Libelle! sousCategorie: Libelle! structureEmettrice: Structure!
    serviceDestinataire: Service historique(first: Int): [Ligne!]! piecesJointes: [Piece!]!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Page { nodes: [Sollicitation!]! pageInfo: PageInfo! totalCount: Int! }
  type ActionPriseEnCompte { confirmation: String! sollicitation: Sollicitation! }
  type Query {
    synthese(espace: Espace!, first: Int!): Page!
    sollicitation(numero: String!): Sollicitation
    sollicitations(
      espace: Espace!, filtre: FiltreSollicitations!, tri: TriSollicitations, first: Int!, after: String
    ): Page!
  }
  type Mutation { traiter(input: TraiterInput!): ActionPriseEnCompte! }
`
const resolvers = {
  Query: {
    synthese: async (_, { espace, first }) =>
      page(await fetch('synthese', [given.structure, first + 1]), first, espace),
    sollicitation: async (_, { numero }) => {
      const [row] = await fetch('sollicitation', [given.structure, numero])
      return row ? card(row, 'RECUES') : null
    },
    sollicitations: async (_, { espace, filtre: f, first, after }) => {
      if (espace === 'RECUES') {
        const values = [given.structure, f.categorie, f.statut, f.deposeeDu, f.deposeeAu, first + 1]
        return page(await fetch('search', values), first, espace)
      }
      if (!after) return page(await fetch('first', [f.deposeeDu, first + 1]), first, espace)
      const [date, id] = JSON.parse(Buffer.from(after, 'base64url'))
      return page(await fetch('following', [f.deposeeDu, date, id, first + 1]), first, espace)
    }
  },
  Mutation: {
    traiter: async (_, { input: i }) => {
      const values = [i.id, i.versionAttendue, i.statut, i.miseAJour, given.agent[0]]
      const [row] = await fetch('traiter', values)
      if (!row) throw new Error('CONFLIT_DE_VERSION')
      return { confirmation: given.confirmation, sollicitation: row }
    }
  }
}
const grouped = (queries, rows, shape) => {
  const by = new Map(queries.map(({ obj }) => [obj.id, []]))
  for (const row of rows) by.get(row.de).push(shape(row))
  return queries.map(({ obj }) => by.get(obj.id))
}
const loaders = {
  Sollicitation: {
    historique: {
      loader: async (queries) => {
        const ids = queries.map(({ obj }) => obj.id)
        const rows = await fetch('historique', [ids, queries[0].params.first ?? 20])
        return grouped(queries, rows, (r) => ({ ...r, auteur: { nom: r.nom, prenom: r.prenom } }))
      },
      opts: { cache: false }
    },
    piecesJointes: {
      loader: async (queries) =>
        grouped(queries, await fetch('pieces', [queries.map(({ obj }) => obj.id)]), (r) => r),
      opts: { cache: false }
    }
  }
}

const app = Fastify({ logger: false })
app.register(mercurius, { schema, resolvers, loaders, jit: 1 })
await app.listen({ host: '127.0.0.1', port: Number(process.argv[3]) })
