import { album, albumList, photoPage, roster, rosterSummary, task, type RosterEntry } from '@darkroom/contracts'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { ifMatchOf } from '../http/if-match.ts'
import { parseInput } from '../http/input.ts'
import { json, jsonRequest, noContent, toExamples } from '../http/openapi/operation.ts'
import { sendPage } from '../http/paging.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { CorrectBibs } from '../photos/correct-bibs.ts'
import { FindPhotos } from '../photos/find-photos.ts'
import { GetAlbum } from '../photos/get-album.ts'
import { GetRoster } from '../photos/get-roster.ts'
import { ListAlbums } from '../photos/list-albums.ts'
import { ListReview } from '../photos/list-review.ts'
import { parseCsvRoster, parseJsonRoster } from '../photos/parse-roster.ts'
import { PutRoster } from '../photos/put-roster.ts'
import { RemoveRoster } from '../photos/remove-roster.ts'
import { MAX_ROSTER_NUMBERS } from '../photos/roster-fields.ts'
import type { Send } from '../send.ts'
import { albumExamples } from './album-examples.ts'
import { albumPath, albumsQuery, photoQuery, reviewQuery, rosterFields, saidBibs } from './album-fields.ts'
import type { ApiLimits } from './api-limits.ts'
import { sendTask } from './send-task.ts'
import { EDIT_PROBLEMS, idOf, taskEdit } from './task-path.ts'

export interface AlbumRouteDeps {
  send: Send
  /** Middleware before every handler that accepts JSON. */
  readJson: RequestHandler[]
  /** Middleware before the handler of a roster, in CSV or JSON. */
  readRoster: RequestHandler[]
}

const rosterJson = jsonRequest({
  schema: rosterFields,
  examples: { 'Two numbers': { numbers: albumExamples.numbers } },
})
const rosterCsv = {
  schema: z.string().meta({ description: 'A header with the column `number`, perhaps `name`, in UTF-8' }),
  examples: toExamples({ 'Two numbers': 'number,name\n587,Ana Rojas\n1204,\n' }),
}

const albumOf = (req: Request): string => String(req.params.album)

/** `/api/v1/photos` and `/api/v1/albums`: the numbers on photos of races. */
export const albumRoutes = routesOf<AlbumRouteDeps, ApiLimits>('Albums', {
  'GET /photos': {
    scope: 'tasks:read',
    doc: {
      operationId: 'findPhotos',
      summary: 'Find photos by bib number',
      description: 'The photos with the surest reading come first.',
      requestParams: { query: photoQuery },
      answers: {
        200: json(
          'A page of photos',
          { schema: photoPage, examples: { 'The first page of many': albumExamples.found } },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { bib, match, limit, cursor, ...rest } = parseInput(photoQuery, req.query, 'INVALID_QUERY')
        const wanted = match === 'contains' ? { part: bib } : { number: bib }
        const found = await send(new FindPhotos({ tenant: tenantOf(req), ...rest, ...wanted }, { limit, cursor }))
        sendPage(req, res.set('Cache-Control', 'no-cache'), found)
      },
  },

  'PUT /photos/:id/bibs': {
    scope: 'tasks:write',
    doc: {
      operationId: 'correctPhotoBibs',
      summary: 'Correct the bib numbers of a photo',
      description:
        'Replaces all numbers of the photo by those that a person sees. They have the origin `person`, and neither a retry nor a roster changes them.',
      requestParams: taskEdit,
      body: jsonRequest({
        schema: saidBibs,
        examples: {
          'One number': { bibs: [{ number: '1204', box: albumExamples.box }] },
          'No numbers': { bibs: [] },
        },
      }),
      answers: {
        200: json('The task of the photo', { schema: task, examples: { Corrected: albumExamples.corrected } }, 'ETag'),
      },
      problems: EDIT_PROBLEMS,
    },
    handle: ({ send, readJson }) => [
      ...readJson,
      async (req, res) => {
        const { bibs } = parseInput(saidBibs, req.body, 'INVALID_FIELD')
        sendTask(res, await send(new CorrectBibs(tenantOf(req), idOf(req), bibs, ifMatchOf(req))))
      },
    ],
  },

  'GET /albums': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listAlbums',
      summary: 'List albums with their counts, those with the latest activity first',
      requestParams: { query: albumsQuery },
      answers: {
        200: json('A page of albums', { schema: albumList, examples: { 'One race': albumExamples.albums } }, 'ETag'),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const page = parseInput(albumsQuery, req.query, 'INVALID_QUERY')
        res.set('Cache-Control', 'no-cache').json(await send(new ListAlbums(tenantOf(req), page)))
      },
  },

  'GET /albums/:album': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getAlbum',
      summary: 'Get an album with its counts',
      requestParams: albumPath,
      answers: { 200: json('The album', { schema: album, examples: { 'A race': albumExamples.album } }, 'ETag') },
      problems: ['ALBUM_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(await send(new GetAlbum(tenantOf(req), albumOf(req))))
      },
  },

  'GET /albums/:album/review': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listAlbumReview',
      summary: 'List the readings of an album to be reviewed',
      description:
        'Numbers that are not on the roster, then those with the lowest confidence. A correction of the photo takes its readings off the list.',
      requestParams: { ...albumPath, query: reviewQuery },
      answers: {
        200: json(
          'A page of photos',
          { schema: photoPage, examples: { 'A number that is not on the roster': albumExamples.toReview } },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'ALBUM_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { below, ...page } = parseInput(reviewQuery, req.query, 'INVALID_QUERY')
        const found = await send(new ListReview({ tenant: tenantOf(req), album: albumOf(req), below }, page))
        sendPage(req, res.set('Cache-Control', 'no-cache'), found)
      },
  },

  'GET /albums/:album/roster': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getRoster',
      summary: 'Get the roster of an album',
      requestParams: albumPath,
      answers: {
        200: json('The roster', { schema: roster, examples: { 'Two numbers': albumExamples.roster } }, 'ETag'),
      },
      problems: ['ROSTER_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(await send(new GetRoster(tenantOf(req), albumOf(req))))
      },
  },

  'PUT /albums/:album/roster': {
    scope: 'tasks:write',
    doc: ({ maxRosterBytes }) => ({
      operationId: 'putRoster',
      summary: 'Replace the roster of an album',
      description: `The valid numbers of a race, at most ${MAX_ROSTER_NUMBERS} and ${maxRosterBytes} bytes. A reading that is not one of them is corrected to the only one that a usual mistake explains, such as 1 and 7, or a hidden first digit; otherwise it is marked as \`unlisted\`. Photos that were read before are corrected in the background.`,
      requestParams: albumPath,
      body: { ...rosterJson, content: { 'text/csv': rosterCsv, ...rosterJson.content } },
      answers: {
        200: json('The roster, which is being applied', {
          schema: rosterSummary,
          examples: { Replaced: albumExamples.summary },
        }),
      },
      problems: [
        'INVALID_JSON',
        'BODY_TOO_LARGE',
        'NOT_A_ROSTER',
        'UNSUPPORTED_ENCODING',
        'INVALID_FIELD',
        'INVALID_ROSTER',
        'STORE_UNAVAILABLE',
      ],
    }),
    handle: ({ send, readRoster }) => [
      ...readRoster,
      async (req, res) => {
        const { album: name } = parseInput(albumPath.path, req.params, 'INVALID_FIELD')
        res.json(await send(new PutRoster(tenantOf(req), name, await entriesOf(req))))
      },
    ],
  },

  'DELETE /albums/:album/roster': {
    scope: 'tasks:write',
    doc: {
      operationId: 'removeRoster',
      summary: 'Remove the roster of an album',
      description: 'Its corrections are undone in the background; those of people stay.',
      requestParams: albumPath,
      answers: { 204: noContent('Removed') },
      problems: ['ROSTER_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        await send(new RemoveRoster(tenantOf(req), albumOf(req)))
        res.status(204).end()
      },
  },
})

function entriesOf(req: Request): Promise<RosterEntry[]> {
  const body: unknown = req.body
  if (req.is('text/csv')) return parseCsvRoster(typeof body === 'string' ? body : '')
  return parseJsonRoster(parseInput(rosterFields, body, 'INVALID_ROSTER').numbers)
}
