// The shape of the sources: the size of each folder, and the direction of its imports. Part of `npm
// run check`; on its own it prints a table.
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dirname, normalize } from 'node:path/posix'
import { parseSync, Visitor } from 'oxc-parser'
import { brokenLayers, placeOf, type ImportingFile } from './layers.ts'

interface SourceFile extends ImportingFile {
  folder: string
  lines: number
  longest: { name: string; lines: number }
}

/** The results for a tree; both lists are empty if everything is fine. */
export interface Shape {
  files: SourceFile[]
  /** Folders that import each other, not counting tests. */
  mutual: string[]
  /** Imports that break a layer. */
  broken: string[]
}

export async function readShape(root: string): Promise<Shape> {
  const files: SourceFile[] = []
  for await (const path of glob('{apps,packages}/*/src/**/*.{ts,tsx}', { cwd: root })) {
    files.push(readSource(path.replaceAll('\\', '/'), await readFile(join(root, path), 'utf8')))
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const sources = files.filter(({ isTest }) => !isTest)
  return { files, mutual: mutualOf(sources), broken: brokenLayers(files) }
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
  const files = requests.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name)))
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
    imports: [...new Set(files)],
    libraries: [...new Set(requests.filter((name) => !name.startsWith('.')))],
    longest,
  }
}

function lineCounter(text: string): (position: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (position) => starts.findLastIndex((start) => start <= position) + 1
}

function mutualOf(sources: readonly SourceFile[]): string[] {
  const arrows = new Set(
    sources.flatMap(({ path, imports }) => imports.map((target) => `${placeOf(path)} <-> ${placeOf(target)}`)),
  )
  const turned = (arrow: string): string => arrow.split(' <-> ').toReversed().join(' <-> ')
  return [...arrows].filter((arrow) => arrow < turned(arrow) && arrows.has(turned(arrow)))
}

function print({ files, mutual, broken }: Shape): void {
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
  console.log([`imports that break a layer: ${broken.length}`, ...broken].join('\n  '))
}

if (import.meta.main) {
  const shape = await readShape(join(import.meta.dirname, '..'))
  print(shape)
  process.exitCode = shape.mutual.length + shape.broken.length === 0 ? 0 : 1
}
