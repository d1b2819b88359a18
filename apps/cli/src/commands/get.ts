import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WrongUse } from '../kit/exit-codes.ts'
import { formatBytes } from '../kit/format.ts'
import type { Command, Shell } from '../kit/shell.ts'

export interface GetOptions {
  /** The name of a file; all files of the task by default. */
  file: string | undefined
  /** The folder; `-` is standard output. */
  to: string
  /** Replace existing files. */
  force: boolean
}

/** Downloads the files of tasks. */
export async function get(shell: Shell, ids: string[], options: GetOptions): Command {
  if (options.to === '-' && (ids.length > 1 || shell.out.isJson))
    throw new WrongUse('Only one file fits into standard output, and no JSON besides')
  const written = new Set<string>()
  for (const id of new Set(ids)) {
    // To standard output goes the first file, which is the largest variant of a photo.
    const names = options.file || options.to === '-' ? [options.file] : await fileNames(shell, id)
    for (const file of names) await download(shell, { id, file }, { ...options, written })
  }
}

async function fileNames({ darkroom, signal }: Shell, id: string): Promise<(string | undefined)[]> {
  const { images, files = [] } = await darkroom.get(id, { signal })
  const names = images.length > 0 ? images.map(({ resolution }) => resolution) : files.map(({ name }) => name)
  // A task without files is refused with the reason.
  return names.length > 0 ? names : [undefined]
}

async function download(
  { darkroom, out, signal }: Shell,
  { id, file }: { id: string; file: string | undefined },
  { to, force, written }: GetOptions & { written: Set<string> },
): Promise<void> {
  const response = await darkroom.download(id, file === undefined ? {} : { file }, { signal })
  const body = Readable.from(response.body ?? [])
  if (to === '-') return pipeline(body, process.stdout, { end: false, signal })
  const name = nameIn(response) ?? `${id}-${file ?? 'file'}`
  const path = join(to, written.has(name.toLowerCase()) ? withId(name, id) : name)
  if (!force && (await exists(path))) throw new WrongUse(`${path} exists already (--force replaces it)`)
  await mkdir(to, { recursive: true })
  const part = `${path}.part`
  try {
    await pipeline(body, createWriteStream(part), { signal })
    await rename(part, path)
    // Folders of macOS and Windows do not tell them apart.
    written.add(name.toLowerCase())
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  const { size } = await stat(path)
  out.json({ id, path, bytes: size })
  out.line(`${path}  ${formatBytes(size)}`)
}

/** Of two tasks whose files have the same name, the second one gets its id into it. */
function withId(name: string, id: string): string {
  const { name: stem, ext } = parse(name)
  return `${stem}-${id}${ext}`
}

/** The name that the server suggests, without any folder. */
function nameIn({ headers }: Response): string | undefined {
  const given = headers.get('content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(given) ?? []
  const [, plain] = /filename="?([^";]+)/i.exec(given) ?? []
  const name = basename((encoded === undefined ? plain : decodeURIComponent(encoded)) ?? '')
    .replaceAll('\\', '_')
    .replace(/^\.+/, '')
  return name || undefined
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
