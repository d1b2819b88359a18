// Proof that the faults are detected: each guard of the product is disabled in turn, and the named
// scenario must then find the named invariant broken. A suite that never fails proves nothing.
import type { Patch } from './tree.ts'

export interface Mutation {
  name: string
  says: string
  patches: readonly Patch[]
  /** The scenario that must fail, and the invariant that must be broken. `restMs` if that takes long. */
  caughtBy: { scenario: string; invariant: string; tasks?: number; restMs?: number }
}

const api = 'apps/api/src'
const worker = 'packages/worker/src'

export const mutations: readonly Mutation[] = [
  {
    name: 'sweeper',
    says: 'tasks without events are never checked',
    patches: [
      {
        file: `${api}/sync/sweeper.ts`,
        find: '  async #sweep(): Promise<void> {\n',
        replace: '  async #sweep(): Promise<void> {\n    return\n',
      },
    ],
    caughtBy: { scenario: 'fi-05', invariant: 'I1', tasks: 20 },
  },
  {
    name: 'lease',
    says: 'a process that dies while it checks a task keeps it forever',
    patches: [
      {
        file: `${api}/sync/check-store.ts`,
        find: 'nextCheckAt: new Date(now.getTime() + leaseMs), checkedBy',
        replace: 'nextCheckAt: new Date(now.getTime() + leaseMs * 200), checkedBy',
      },
    ],
    caughtBy: { scenario: 'fi-05', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'outbox',
    says: 'a failed dispatch is not retried',
    patches: [
      {
        file: `${api}/sync/sweeper.ts`,
        find: "    if (!job) return 'lost'\n",
        replace: "    if (!job) return task.dispatch.state === 'due' ? 'waits' : 'lost'\n",
      },
    ],
    caughtBy: { scenario: 'fi-06', invariant: 'I1', tasks: 30 },
  },
  {
    name: 'seq-fence',
    says: 'events take effect in the order of their arrival',
    patches: [
      { file: `${api}/tasks/task-store.ts`, find: '      seq: { $lt: move.before?.seq ?? seq },\n', replace: '' },
    ],
    caughtBy: { scenario: 'fi-15', invariant: 'extra', tasks: 10 },
  },
  {
    name: 'epoch-fence',
    says: 'events of a past epoch change the current one',
    patches: [
      {
        file: `${api}/tasks/task-store.ts`,
        find: '    const { id, seq, ...equal } = fence\n',
        replace: '    const { id, seq, epoch: _epoch, ...equal } = fence\n',
      },
    ],
    caughtBy: { scenario: 'fi-15', invariant: 'extra', tasks: 10 },
  },
  {
    name: 'final-states',
    says: 'a finished task can continue',
    patches: [
      {
        file: `${api}/tasks/task.ts`,
        find: 'MOVES[to].filter((from) => !isFinal(from))',
        replace: '[...MOVES[to], ...FINAL_STATUSES]',
      },
    ],
    caughtBy: { scenario: 'fi-15', invariant: 'extra', tasks: 10 },
  },
  {
    name: 'temp-and-rename',
    says: 'variants are written directly to their final names',
    patches: [
      {
        file: 'packages/storage/src/disk-write.ts',
        find: 'const temp = tempPathFor(place.path)',
        replace: 'const temp = place.path',
      },
      {
        file: 'packages/storage/src/disk-write.ts',
        find: 'file: await openNew(fs, temp)',
        // With the folder's name on disk: a power cut would otherwise take the file away with it.
        replace: "file: await folder.sync().then(() => fs.open(temp, 'w'))",
      },
      {
        file: 'packages/storage/src/disk-write.ts',
        find: 'const written = await moveUnlessSame(fs, { source: temp, path: place.path, isNew: false })',
        replace: 'const written = true',
      },
    ],
    caughtBy: { scenario: 'fi-11', invariant: 'I3', tasks: 22 },
  },
  {
    name: 'fsync-variants',
    says: 'variants are renamed before their bytes are on disk',
    patches: [{ file: 'packages/storage/src/disk-write.ts', find: 'await file.sync()\n', replace: '\n' }],
    caughtBy: { scenario: 'fi-11', invariant: 'I3', tasks: 22 },
  },
  {
    name: 'fsync-originals',
    says: 'an upload is accepted before its bytes are on disk',
    patches: [
      {
        file: `${api}/uploads/prepare-upload.ts`,
        find: 'if (isMoved) await file.sync()\n',
        replace: '\n',
      },
    ],
    caughtBy: { scenario: 'fi-05', invariant: 'I5', tasks: 20 },
  },
  {
    name: 'fsync-folders',
    says: 'file names are not yet on disk when they are reported',
    patches: [
      {
        file: 'packages/storage/src/disk-write.ts',
        find: '[fs.syncFolder(dirname(path)), folder]',
        replace: '[folder]',
      },
    ],
    caughtBy: { scenario: 'fi-05', invariant: 'I5', tasks: 20 },
  },
  {
    name: 'reference-check',
    says: 'the files of an expired task are removed even if other tasks list them',
    patches: [
      {
        file: `${api}/removal/file-remover.ts`,
        find: 'return (await this.#deps.store.isLive(path)) ? NOTHING : undefined',
        replace: 'return undefined',
      },
    ],
    caughtBy: { scenario: 'fi-18', invariant: 'I3' },
  },
  {
    name: 'unfinished-check',
    says: 'files are removed that a running task has found and is about to list',
    patches: [
      {
        file: `${api}/removal/file-remover.ts`,
        find: '    if (await this.#mayBeFound(touchedAt, sha256)) return LATER\n',
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-18', invariant: 'I3' },
  },
  {
    name: 'removal-by-content',
    says: 'the files of an expired task are kept as long as any older task is unfinished or a newer one is running',
    patches: [
      {
        file: `${api}/removal/file-remover.ts`,
        find: 'return store.isAnyUnfinished(new Date(touched + CLOCK_SKEW_MS))',
        replace: 'return store.isAnyUnfinished(new Date())',
      },
      {
        file: `${api}/removal/file-remover.ts`,
        find: 'appliedUntil() - touched > SETTLED_MS',
        replace: 'touched === 0',
      },
    ],
    caughtBy: { scenario: 'fi-30', invariant: 'extra' },
  },
  {
    name: 'postponed-failures',
    says: 'files that cannot be removed stay first in the list of the clean-up',
    patches: [
      {
        file: 'apps/api/src/ground/each-due.ts',
        find: 'if (unseen.length === 0) skip += page.length',
        replace: 'if (unseen.length === 0) return',
      },
      {
        file: `${api}/removal/purge-task.ts`,
        find: 'await expiries.postponePurge(id,',
        replace: 'if (purgeFailures < 0) await expiries.postponePurge(id,',
      },
    ],
    caughtBy: { scenario: 'fi-30', invariant: 'extra' },
  },
  {
    name: 'job-epoch',
    says: 'a retried task has the same job id as before, which the queue still knows',
    patches: [
      {
        file: 'packages/contracts/src/job-ids.ts',
        find: 'return epoch === 1 ? taskId :',
        replace: 'return epoch > 0 ? taskId :',
      },
    ],
    caughtBy: { scenario: 'fi-18', invariant: 'I1' },
  },
  {
    name: 'janitor',
    says: 'files left by crashes stay on disk',
    patches: [
      {
        file: `${api}/removal/janitor.ts`,
        find: '    this.#every(Math.min(TURN_EVERY_MS, intervalMs / 4), () => this.#whenDue())\n',
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-11', invariant: 'I4', tasks: 22 },
  },
  {
    name: 'old-uploads',
    says: 'uploads in progress of dead processes stay on disk',
    patches: [
      {
        file: `${api}/removal/janitor.ts`,
        find: 'for (const boot of await namesIn(tempFolder)) {',
        replace: 'for (const boot of [] as string[]) {',
      },
    ],
    caughtBy: { scenario: 'fi-02', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'cursor',
    says: 'the listener starts with the next event',
    patches: [
      {
        file: `${api}/sync/queue-events-listener.ts`,
        find: 'this.#applied = this.#checked = stored ?? FROM_THE_START',
        replace: 'this.#applied = this.#checked = (await this.#deps.queue.eventEnds())?.last ?? FROM_THE_START',
      },
    ],
    caughtBy: { scenario: 'fi-14', invariant: 'extra', tasks: 60 },
  },
  {
    name: 'gap',
    says: 'a gap in the event stream goes unnoticed',
    patches: [
      { file: `${api}/sync/queue-events-listener.ts`, find: '    if (!this.#gap) return\n', replace: '    return\n' },
    ],
    caughtBy: { scenario: 'fi-14', invariant: 'extra', tasks: 60 },
  },
  {
    name: 'read-back',
    says: 'the file of an insert whose reply was lost is removed, although the insert may have succeeded',
    patches: [
      {
        file: `${api}/tasks/commands/create-task.ts`,
        find: '    if (!isKeyTaken(error) && !wasNeverSent(error, store.isStandalone)) {\n',
        replace: '    if (false as boolean) {\n',
      },
    ],
    // A missing original is looked for six times, over 62 s.
    caughtBy: { scenario: 'fi-04', invariant: 'I5', restMs: 90_000 },
  },
  {
    name: 'drain',
    says: 'a worker that is asked to stop drops its running jobs',
    patches: [
      {
        file: `${worker}/worker-life.ts`,
        find: "  if (connections.queue.status === 'ready' || pool.busy > 0) return drained\n",
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-21', invariant: 'extra' },
  },
  {
    name: 'idempotency-index',
    says: 'the database does not prevent two tasks with the same key',
    patches: [
      {
        file: `${api}/tasks/task-model.ts`,
        find: "taskSchema.index(\n  { tenant: 1, 'idempotency.key': 1 },",
        replace: "if (false as boolean)\n  taskSchema.index(\n  { tenant: 1, 'idempotency.key': 1 },",
      },
    ],
    caughtBy: { scenario: 'fi-06', invariant: 'I2', tasks: 60 },
  },
  {
    name: 'cache-generation',
    says: 'cached entries are valid until they expire',
    patches: [{ file: `${api}/tasks/task-cache.ts`, find: 'entry?.startsWith(head) ?', replace: 'entry ?' }],
    caughtBy: { scenario: 'fi-17', invariant: 'I7' },
  },
  {
    name: 'lock-settings',
    says: "BullMQ's default lock of 30 s and check every 30 s",
    patches: [
      {
        file: `${worker}/env.ts`,
        find: 'LOCK_DURATION_MS: envInteger(5000',
        replace: 'LOCK_DURATION_MS: envInteger(30_000',
      },
      {
        file: `${worker}/env.ts`,
        find: 'STALLED_INTERVAL_MS: envInteger(1000',
        replace: 'STALLED_INTERVAL_MS: envInteger(30_000',
      },
    ],
    caughtBy: { scenario: 'fi-01', invariant: 'extra', tasks: 60 },
  },
  {
    name: 'stall-allowance',
    says: "BullMQ's default limit: a job fails when its worker dies for the second time",
    patches: [
      {
        file: 'packages/messaging/src/queue-worker.ts',
        find: 'const MAX_STALLS = 10',
        replace: 'const MAX_STALLS = 1',
      },
    ],
    caughtBy: { scenario: 'fi-01', invariant: 'I5', tasks: 60 },
  },
  {
    name: 'give-back',
    says: 'machine problems use up attempts',
    patches: [
      {
        file: `${worker}/create-processor.ts`,
        find: 'throw (run && (await around.endFailedRun({ queued, token, run, reason, signal }))) ?? toQueueError(reason)',
        replace: 'throw toQueueError(reason)',
      },
    ],
    caughtBy: { scenario: 'fi-12', invariant: 'I5' },
  },
  {
    name: 'pause',
    says: 'a worker with a machine problem continues to take jobs',
    patches: [
      {
        file: `${worker}/pause-switch.ts`,
        find: '      void worker.pause(true)\n',
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-12', invariant: 'extra' },
  },
  {
    name: 'marker',
    says: 'a worker does not check to which installation its folder belongs',
    patches: [
      {
        file: `${worker}/storage-check.ts`,
        find: 'if (expected !== undefined && found !== expected)',
        replace: 'if (expected === found && found === "")',
      },
    ],
    caughtBy: { scenario: 'fi-29', invariant: 'extra' },
  },
  {
    name: 'folder-of-api',
    says: 'an API accepts any folder that has a marker',
    patches: [
      {
        file: `${api}/installation/data-folder.ts`,
        find: '  if (found === id) return\n',
        replace: '  if (found !== "") return\n',
      },
    ],
    caughtBy: { scenario: 'fi-29', invariant: 'extra' },
  },
  {
    name: 'unmounted-api',
    says: 'an API marks every folder without a marker, even if the files of its tasks are missing',
    patches: [
      {
        file: `${api}/installation/data-folder.ts`,
        find: "return found.includes(true) ? 'files found' : 'files missing'",
        replace: "return found.includes(true) ? 'files found' : 'files found'",
      },
    ],
    caughtBy: { scenario: 'fi-29', invariant: 'extra' },
  },
  {
    name: 'crash-limit',
    says: 'a photo may crash its process indefinitely',
    patches: [
      {
        file: `${worker}/rule-on-failure.ts`,
        find: 'export const MAX_CRASHES = 3',
        replace: 'export const MAX_CRASHES = 3000',
      },
    ],
    caughtBy: { scenario: 'fi-13', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'deadline',
    says: 'an image may take forever',
    patches: [
      {
        file: `${worker}/run-on-child.ts`,
        find: 'tookMs >= deadlineMs)',
        replace: 'tookMs >= deadlineMs * 1000)',
      },
    ],
    caughtBy: { scenario: 'fi-13', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'memory-cap',
    says: 'an image may take all the memory',
    patches: [
      { file: `${worker}/run-on-child.ts`, find: 'bytes > maxRssBytes)', replace: 'bytes > maxRssBytes * 1000)' },
    ],
    caughtBy: { scenario: 'fi-13', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'stand-in-sync',
    says: 'the store started by npm start acknowledges writes before they are on disk',
    patches: [
      {
        file: 'packages/local-services/src/mongo-programs.ts',
        find: "...(durable ? ['--sync-on-commit'] : []),",
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-28', invariant: 'I1' },
  },
  {
    name: 'silent-readers',
    says: 'a client may leave its response unread forever',
    patches: [
      {
        file: `${api}/http/stalled-readers.ts`,
        find: '      else if (now - progress.at > stallMs) socket.resetAndDestroy()\n',
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-31', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'upload-stall',
    says: 'an upload may stall until its total time limit',
    patches: [
      { file: `${api}/http/slow-requests.ts`, find: 'isUpload ? uploadStallMs :', replace: 'isUpload ? Infinity :' },
    ],
    caughtBy: { scenario: 'fi-03', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'places-per-address',
    says: 'one client may use all places for followers',
    patches: [
      {
        file: `${api}/http/held-requests.ts`,
        find: 'this.#clients.of(client) >= perAddress',
        replace: 'this.#clients.of(client) < 0',
      },
    ],
    caughtBy: { scenario: 'fi-31', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'lost-job-proof',
    says: 'a missing job counts as lost although its event has not been applied yet',
    patches: [
      {
        file: `${api}/sync/lost-jobs.ts`,
        find: 'const isProven = events.hasApplied(missingAt)',
        replace: 'const isProven = true || events.hasApplied(missingAt)',
      },
    ],
    caughtBy: { scenario: 'fi-23', invariant: 'extra' },
  },
  {
    name: 'unknown-state',
    says: 'a job that is in no list of the queue counts as waiting',
    patches: [
      {
        file: `${api}/sync/sweeper.ts`,
        find: "      case 'waiting-children':\n        return 'lost'\n",
        replace: "      case 'waiting-children':\n        return 'waits'\n",
      },
    ],
    caughtBy: { scenario: 'fi-25', invariant: 'I1' },
  },
  {
    name: 'lost-data',
    says: 'a job without its data counts as the job of its task',
    patches: [
      {
        file: 'packages/messaging/src/task-queue.ts',
        find: 'return job?.data.taskId === taskId ? job : undefined',
        replace: 'return job',
      },
    ],
    caughtBy: { scenario: 'fi-25', invariant: 'I1' },
  },
  {
    name: 'log-once',
    says: 'every event that cannot be applied causes a warning',
    patches: [
      { file: `${api}/ground/outage-log.ts`, find: "this.#failing ? 'debug' : 'warn'", replace: "'warn' as 'warn'" },
    ],
    caughtBy: { scenario: 'fi-24', invariant: 'extra' },
  },
  {
    name: 'silence',
    says: 'a command waits forever for a reply of Redis',
    patches: [
      { file: 'packages/runtime/src/redis.ts', find: '    socketTimeout: SILENCE_MS,\n', replace: '' },
      { file: 'packages/runtime/src/redis.ts', find: ', socketTimeout: BLOCKING_SILENCE_MS', replace: '' },
    ],
    caughtBy: { scenario: 'fi-26', invariant: 'extra', tasks: 20 },
  },
  {
    name: 'write-probes',
    says: 'a data folder counts as usable as long as it exists',
    patches: [
      { file: `${api}/installation/storage-watch.ts`, find: '    await this.#deps.storage.check()\n', replace: '' },
    ],
    caughtBy: { scenario: 'fi-27', invariant: 'extra', tasks: 10 },
  },
  {
    name: 'sent-checksum',
    says: 'the S3 server is not told the checksum of a file',
    patches: [
      {
        file: 'packages/storage/src/s3-put.ts',
        find: "    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),\n",
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-37', invariant: 'I1' },
  },
  {
    name: 'read-checksum',
    says: 'bytes from the S3 server are not compared with their checksum',
    patches: [
      {
        file: 'packages/storage/src/s3-read.ts',
        find: "    if (hash !== undefined && hash.digest('hex') !== sha256) return fail(damaged(key))\n",
        replace: '',
      },
    ],
    caughtBy: { scenario: 'fi-37', invariant: 'I3' },
  },
  {
    name: 'storage-verdict',
    says: 'a storage problem uses up an attempt',
    patches: [{ file: `${worker}/rule-on-failure.ts`, find: "    case 'STORAGE_FAILED':\n", replace: '' }],
    caughtBy: { scenario: 'fi-37', invariant: 'extra' },
  },
  {
    name: 'bucket-check',
    says: 'a worker takes jobs without a check of its storage',
    patches: [
      {
        file: `${worker}/storage-check.ts`,
        find: '  const checkNow = async (): Promise<void> => {\n',
        replace: '  const checkNow = async (): Promise<void> => {\n    return\n',
      },
    ],
    caughtBy: { scenario: 'fi-39', invariant: 'extra' },
  },
  {
    name: 's3-deadline',
    says: 'a call waits forever for the response of the S3 server',
    patches: [
      {
        file: 'packages/storage/src/s3-bucket.ts',
        find: 'setTimeout(() => controller.abort(), limitMs)',
        replace: 'setTimeout(() => {}, limitMs)',
      },
    ],
    caughtBy: { scenario: 'fi-35', invariant: 'extra', tasks: 8 },
  },
  {
    name: 'delivery-claim',
    says: 'a delivery whose job was lost is never sent',
    patches: [
      {
        file: `${api}/webhooks/delivery-dispatcher.ts`,
        find: 'at, new Date(at.getTime() + CLAIM_MS))',
        replace: 'at, new Date(at.getTime() + CLAIM_MS * 1000))',
      },
    ],
    caughtBy: { scenario: 'fi-40', invariant: 'extra' },
  },
  {
    name: 'delivery-order',
    says: 'an event is sent although an earlier one of its task has not arrived yet',
    patches: [
      {
        file: `${api}/webhooks/delivery-store.ts`,
        find: '  async before({ stream, epoch, seq }: DeliveryRecord): Promise<DeliveryRecord | undefined> {\n',
        replace:
          '  async before({ stream, epoch, seq }: DeliveryRecord): Promise<DeliveryRecord | undefined> {\n    if (stream) return\n',
      },
    ],
    caughtBy: { scenario: 'fi-40', invariant: 'extra' },
  },
]
