import { FOLDERS, isVariantKey, ownerOf, trashKey } from '@darkroom/contracts'
import { isStorageError, type ListedFile, type Storage } from '../../packages/storage/src/index.ts'
import { ObjectId, type Collection, type Db } from 'mongodb'
import { findingsOf, type Finding, type Report } from './finding.ts'

const BATCH = 500
const NAMED = 3
const WITH_ORIGINAL = ['pending', 'processing']

export interface FileCheck {
  storage: Storage
  db: Db
  /** Younger files may belong to a task that is just being created. */
  orphanAgeMs: number
  /** Restarts a task; undefined if nothing is to be changed. */
  repair?: ((taskId: string) => Promise<void>) | undefined
}

/** A task's document, as far as files are concerned. Other releases list `images`. */
export interface TaskDocument {
  _id: ObjectId
  status: string
  originalPath: string
  source?: { backgroundPath?: string }
  files?: { path: string }[]
  images?: { path: string }[]
}
type Tasks = Collection<TaskDocument>

/** A file as listed by a task. */
interface TaskFile {
  taskId: string
  status: string
  path: string
}

/** Compares the stored files with the tasks, in both directions. */
export async function checkFiles(check: FileCheck): Promise<Finding[]> {
  const { findings, report } = findingsOf('Files')
  const tasks = check.db.collection<TaskDocument>('tasks')
  // The tasks first: the files of all of these have been stored by now.
  const wanted = await listedByTasks(tasks)
  const { count, orphans } = await scan(check, tasks)
  report('OK', `${count} files, ${wanted.length} listed by tasks`)
  if (orphans.length > 0)
    report(
      'WARN',
      `${orphans.length} files without a task: ${names(orphans)}`,
      check.repair
        ? 'They are in the trash now. The next clean-up of a running API removes them, or restores what a task has come to need.'
        : 'The janitor of a running API removes them; --repair moves them to the trash.',
    )
  if (check.repair) for (const key of orphans) await check.storage.move(key, trashKey(key))
  await reportMissing(check, { tasks, wanted, report })
  return findings
}

async function listedByTasks(tasks: Tasks): Promise<TaskFile[]> {
  const found: TaskFile[] = []
  const fields = { status: 1, originalPath: 1, 'source.backgroundPath': 1, files: 1, images: 1 }
  for await (const task of tasks.find({ status: { $in: [...WITH_ORIGINAL, 'completed'] } }, { projection: fields }))
    found.push(...filesOf(task))
  return found
}

function filesOf(task: TaskDocument): TaskFile[] {
  const { _id, status, originalPath, source } = task
  const copy = source?.backgroundPath
  const own = copy === undefined ? [originalPath] : [originalPath, copy]
  const paths = WITH_ORIGINAL.includes(status) ? own : resultsOf(task)
  return paths.map((path) => ({ taskId: String(_id), status, path }))
}

const resultsOf = ({ files = [], images = [] }: Pick<TaskDocument, 'files' | 'images'>): string[] => [
  ...new Set([...files, ...images].map(({ path }) => path)),
]

async function scan({ storage, orphanAgeMs }: FileCheck, tasks: Tasks) {
  const orphans: string[] = []
  let count = 0
  for (const folder of [FOLDERS.originals, FOLDERS.variants])
    for await (const batch of batches(storage.list(folder))) {
      count += batch.length
      const old = batch.filter(({ storedAt }) => Date.now() - storedAt.getTime() > orphanAgeMs)
      const needed = await neededOf(
        tasks,
        old.map(({ key }) => key),
      )
      orphans.push(...old.map(({ key }) => key).filter((key) => !needed.has(key)))
    }
  return { count, orphans }
}

/** Which of these files belong to a task, whatever its status. */
async function neededOf(tasks: Tasks, keys: readonly string[]): Promise<Set<string>> {
  const ids = keys.flatMap((key) => ownerOf(key) ?? []).map((id) => new ObjectId(id))
  const variants = keys.filter(isVariantKey)
  const listing = { $or: [{ 'files.path': { $in: variants } }, { 'images.path': { $in: variants } }] }
  const [owners, listers] = await Promise.all([
    tasks.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray(),
    tasks.find(listing, { projection: { files: 1, images: 1 } }).toArray(),
  ])
  const known = new Set(owners.map(({ _id }) => _id.toHexString()))
  const listed = new Set(listers.flatMap(resultsOf))
  const isNeeded = (key: string): boolean => {
    const owner = ownerOf(key)
    if (owner !== undefined) return known.has(owner)
    // What is neither an original nor a variant is not ours to judge.
    return listed.has(key) || !isVariantKey(key)
  }
  return new Set(keys.filter(isNeeded))
}

async function* batches(files: AsyncIterable<ListedFile>): AsyncGenerator<ListedFile[]> {
  let batch: ListedFile[] = []
  for await (const file of files) {
    batch.push(file)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

interface Missing {
  tasks: Tasks
  wanted: readonly TaskFile[]
  report: Report
}

async function reportMissing({ storage, repair }: FileCheck, { tasks, wanted, report }: Missing): Promise<void> {
  const missing: TaskFile[] = []
  for (const file of wanted)
    if (!(await isStored(storage, file.path)) && (await isStillListed(tasks, file))) missing.push(file)
  if (missing.length === 0) return report('OK', 'every file of a task is there')
  const ids = [...new Set(missing.map(({ taskId }) => taskId))]
  report('FAIL', `${missing.length} files of ${ids.length} tasks are missing: ${names(ids)}`, cureOf(repair))
  const restartable = missing.filter(({ status }) => status === 'completed').map(({ taskId }) => taskId)
  if (repair) for (const id of new Set(restartable)) await repair(id)
}

const cureOf = (repair: FileCheck['repair']): string =>
  repair
    ? 'Completed tasks have been restarted; they fail with SOURCE_MISSING if their original is lost, too.'
    : 'Restore them from a backup, or let --repair restart the completed tasks, which makes their files again.'

const isStored = (storage: Storage, key: string): Promise<boolean> =>
  storage.stat(key).then(
    () => true,
    (error: unknown) => {
      if (isStorageError(error, 'NOT_FOUND')) return false
      throw error
    },
  )

/** Its task may have expired, or have been deleted, since it was read. */
async function isStillListed(tasks: Tasks, { taskId, status, path }: TaskFile): Promise<boolean> {
  const task = await tasks.findOne({ _id: new ObjectId(taskId), status })
  return task !== null && filesOf(task).some((file) => file.path === path)
}

const names = (all: readonly string[]): string => all.slice(0, NAMED).join(', ') + (all.length > NAMED ? ' …' : '')
