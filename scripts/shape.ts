// The shape of the sources: the size of each folder, and the direction of its imports. Part of `npm
// run check`; on its own it prints a table.
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dirname, normalize, relative } from 'node:path/posix'
import { parseSync, Visitor } from 'oxc-parser'

/**
 * The rooms of the API from top to bottom: an import must point to a later line, or stay in its
 * folder. A name with an extension is a file.
 */
const ROOMS = [
  ['main.ts'],
  ['api.ts'],
  ['mediator.ts', 'redis-connections.ts', 'routes/docs'],
  ['env.ts', 'routes'],
  ['routes/admin'],
  ['uploads', 'sync'],
  ['applying', 'following', 'batches', 'dead-letters', 'stats', 'metrics', 'installation'],
  ['removal'],
  ['tasks/commands', 'tasks/queries'],
  ['tasks'],
  ['queues', 'estimates', 'to-app-error.ts'],
  ['http'],
  ['http/openapi', 'mongo'],
  ['app-error.ts', 'send.ts', 'ground'],
]

interface SourceFile {
  path: string
  folder: string
  lines: number
  isTest: boolean
  imports: string[]
  longest: { name: string; lines: number }
}

/** The results for a tree; both lists are empty if everything is fine. */
export interface Shape {
  files: SourceFile[]
  /** Folders that import each other, not counting tests. */
  mutual: string[]
  /** Imports inside the API that do not point down. */
  upward: string[]
}

export async function readShape(root: string): Promise<Shape> {
  const files: SourceFile[] = []
  for await (const path of glob('{apps,packages}/*/src/**/*.ts', { cwd: root })) {
    files.push(readSource(path.replaceAll('\\', '/'), await readFile(join(root, path), 'utf8')))
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const sources = files.filter(({ isTest }) => !isTest)
  return { files, mutual: mutualOf(sources), upward: upwardOf(sources) }
}

function readSource(path: string, text: string): SourceFile {
  const { program, module } = parseSync(path, text)
  const requests = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ]
  const lineAt = lineCounter(text)
  let longest = { name: '', lines: 0 }
  const measure = ({ start, end }: { start: number; end: number }): void => {
    const lines = lineAt(end) - lineAt(start) + 1
    if (lines > longest.lines) longest = { name: text.slice(start, text.indexOf('\n', start)).trim(), lines }
  }
  new Visitor({ FunctionDeclaration: measure, FunctionExpression: measure, ArrowFunctionExpression: measure }).visit(
    program,
  )
  return {
    path,
    folder: dirname(path),
    lines: lineAt(text.length) - 1,
    isTest: path.endsWith('.test.ts'),
    imports: [
      ...new Set(requests.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name)))),
    ],
    longest,
  }
}

function lineCounter(text: string): (position: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (position) => starts.findLastIndex((start) => start <= position) + 1
}

/** The files next to `main.ts` are rooms themselves: at the top or at the bottom. */
const roomOf = (path: string): string => {
  const inside = relative(API, path)
  return inside.includes('/') ? dirname(inside) : inside
}
const API = 'apps/api/src'

function mutualOf(sources: readonly SourceFile[]): string[] {
  const placeOf = (path: string): string => (path.startsWith(`${API}/`) ? roomOf(path) : dirname(path))
  const arrows = new Set(
    sources.flatMap(({ path, imports }) => imports.map((target) => `${placeOf(path)} <-> ${placeOf(target)}`)),
  )
  const turned = (arrow: string): string => arrow.split(' <-> ').toReversed().join(' <-> ')
  return [...arrows].filter((arrow) => arrow < turned(arrow) && arrows.has(turned(arrow)))
}

function upwardOf(sources: readonly SourceFile[]): string[] {
  const heights = new Map(ROOMS.toReversed().flatMap((rooms, height) => rooms.map((room) => [room, height])))
  const heightOf = (path: string): number => heights.get(roomOf(path)) ?? Number.NaN
  const inside = sources.filter(({ path }) => path.startsWith(`${API}/`))
  return inside.flatMap(({ path, imports }) => [
    ...(Number.isNaN(heightOf(path)) ? [`${path} is not in a room listed in ROOMS`] : []),
    ...imports
      .filter((target) => roomOf(target) !== roomOf(path) && !(heightOf(target) < heightOf(path)))
      .map((target) => `${path} -> ${target}`),
  ])
}

function print({ files, mutual, upward }: Shape): void {
  const sources = files.filter(({ isTest }) => !isTest)
  console.log('files  with tests  lines  longest file  longest function  folder')
  const folders = Map.groupBy(files, (file) => file.folder)
  for (const [folder, inside] of [...folders].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const some = inside.filter(({ isTest }) => !isTest)
    const longest = some.reduce((most, { lines }) => Math.max(most, lines), 0)
    const longestFunction = some.reduce((most, file) => Math.max(most, file.longest.lines), 0)
    const lines = some.reduce((sum, file) => sum + file.lines, 0)
    const numbers = [some.length, inside.length, lines, longest, longestFunction]
    const widths = [5, 12, 7, 14, 18]
    console.log(`${numbers.map((number, i) => String(number).padStart(widths[i] ?? 0)).join('')}  ${folder}`)
  }
  const file = sources.toSorted((a, b) => b.lines - a.lines)[0]
  const holder = sources.toSorted((a, b) => b.longest.lines - a.longest.lines)[0]
  console.log(`\nlongest file      ${file?.lines} lines  ${file?.path}`)
  console.log(`longest function  ${holder?.longest.lines} lines  ${holder?.path}: ${holder?.longest.name}`)
  console.log([`folders that import each other: ${mutual.length}`, ...mutual].join('\n  '))
  console.log([`arrows up inside the API: ${upward.length}`, ...upward].join('\n  '))
}

if (import.meta.main) {
  const shape = await readShape(join(import.meta.dirname, '..'))
  print(shape)
  process.exitCode = shape.mutual.length + shape.upward.length === 0 ? 0 : 1
}
