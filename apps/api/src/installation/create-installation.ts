import type { TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import { createDiskStorage } from '@darkroom/storage'
import type { Redis } from 'ioredis'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import { DataFolder } from './data-folder.ts'
import { guardStorage } from './guard-storage.ts'
import { InstallationAnnouncer } from './installation-announcer.ts'
import { InstallationStore } from './installation-store.ts'
import { StorageWatch } from './storage-watch.ts'

/** The data folder of this database: nothing is stored in or removed from any other. */
export function createInstallation(parts: {
  dataDir: string
  mongo: MongoConnection
  producer: Redis
  queues: TaskQueues
  log: Logger
}) {
  const { dataDir, mongo, producer, queues, log } = parts
  const names = queues.all.map((queue) => queue.names)
  const disk = createDiskStorage(dataDir)
  const folder = new DataFolder({ store: new InstallationStore(mongo), storage: disk })
  const storage = guardStorage(disk, () => folder.check())
  const watch = new StorageWatch({ storage, folder, log })
  const announcer = new InstallationAnnouncer({ redis: producer, names, installation: () => folder.installation, log })
  return {
    storage,
    probe: watch.probe,
    known: watch.known,
    /** Of the disk to which uploads are written. */
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
