import type { TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { createDiskStorage, isS3Storage, type Storage } from '@darkroom/storage'
import type { Redis } from 'ioredis'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import { DataFolder } from './data-folder.ts'
import { guardStorage } from './guard-storage.ts'
import { InstallationAnnouncer } from './installation-announcer.ts'
import { InstallationStore } from './installation-store.ts'
import { faultOf, StorageWatch, type StorageFaults } from './storage-watch.ts'

/** The storage of this database: nothing is stored in or removed from any other. */
export function createInstallation(parts: {
  storage: Storage
  dataDir: string
  mongo: MongoConnection
  producer: Redis
  queues: TaskQueues
  log: Logger
}) {
  const { storage: anyones, mongo, producer, queues, log } = parts
  const names = queues.all.map((queue) => queue.names)
  // Uploads are received here, even if files are stored in a bucket.
  const disk = createDiskStorage(parts.dataDir)
  const folder = new DataFolder({ store: new InstallationStore(mongo), storage: anyones })
  const storage = guardStorage(anyones, () => folder.check())
  // The guarded one does not say whether it is a bucket.
  const watch = new StorageWatch({ storage: anyones, folder, log })
  const faults: StorageFaults = isS3Storage(anyones)
    ? { minio: watch.probe, disk: () => faultOf(disk.check()) }
    : { disk: watch.probe }
  const announcer = new InstallationAnnouncer({ redis: producer, names, installation: () => folder.installation, log })
  return {
    storage,
    probe: watch.probe,
    faults,
    known: watch.known,
    freeBytes: (): Promise<number> => disk.freeBytes(),
    /** The storage watch logs the reason. */
    isOurs: (): Promise<boolean> =>
      folder.check().then(
        () => true,
        () => false,
      ),
    /** Calls `begin` as soon as the owner of the folder is known. */
    start: (begin: () => void): void => {
      watch.start(() => {
        void announcer.announce()
        begin()
      })
      announcer.start()
    },
    stopWatching: (): void => watch.stop(),
    stop: (): void => announcer.stop(),
  }
}
