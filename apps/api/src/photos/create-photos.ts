import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { Announcer, TaskListener } from '../tasks/announce.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { TaskViews } from '../tasks/task-view.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { AlbumKeeper } from './album-keeper.ts'
import { CorrectBibsHandler } from './correct-bibs.ts'
import { FindPhotosHandler } from './find-photos.ts'
import { GetAlbumHandler } from './get-album.ts'
import { GetRosterHandler } from './get-roster.ts'
import { ListAlbumsHandler } from './list-albums.ts'
import { ListReviewHandler } from './list-review.ts'
import { createPhotoPages } from './photo-pages.ts'
import { PhotoStore } from './photo-store.ts'
import { PutRosterHandler } from './put-roster.ts'
import { ReadingStore } from './reading-store.ts'
import { createRefine, createRefreshPhoto } from './refresh-photo.ts'
import { RemoveRosterHandler } from './remove-roster.ts'
import { createRosterReader } from './roster-reader.ts'
import { RosterStore } from './roster-store.ts'

/** Albums of photos: their rosters, the search for numbers, and corrections. */
export function createPhotos(parts: {
  env: { SWEEP_INTERVAL_MS: number }
  mongo: MongoConnection
  store: TaskStore
  views: TaskViews
  announcer: Announcer
  log: Logger
  now: () => number
}) {
  const { env, mongo, views, log } = parts
  const photos = new PhotoStore(mongo)
  const readings = new ReadingStore(mongo)
  const rosters = new RosterStore(mongo)
  const readRoster = createRosterReader(rosters)
  const found = { ...parts, photos, readings, rosters, readRoster }
  const refresh = createRefreshPhoto(found)
  const keeper = new AlbumKeeper({ ...found, refresh, intervalMs: env.SWEEP_INTERVAL_MS })
  const pages = createPhotoPages({ photos, views })
  const apply = (): void => void keeper.check()
  const forget = ({ id }: Pick<TaskRecord, 'id'>): Promise<void> => readings.removeOf(id)
  const later = (doing: Promise<void>): void =>
    void doing.catch((error: unknown) => log.debug({ err: error }, 'readings not updated yet'))
  const onTask: TaskListener = (task, { eventType }) => {
    if (task.kind !== 'photo.bibs') return
    if (eventType === 'task.completed') later(refresh(task))
    if (eventType === 'task.expired') later(forget(task))
  }
  return {
    prepare: () => Promise.all([readings.prepare(), rosters.prepare()]),
    refine: createRefine(found),
    onTask,
    /** What is left of a photo whose record has been removed. */
    recordRemoved: async (task: TaskRecord): Promise<void> => {
      if (task.kind === 'photo.bibs') await forget(task)
    },
    handlers: [
      new FindPhotosHandler({ readings, toPage: pages(({ confidence }) => confidence) }),
      new ListReviewHandler({ ...found, toPage: pages(({ trust }) => trust) }),
      new GetAlbumHandler(found),
      new ListAlbumsHandler(found),
      new GetRosterHandler(found),
      new PutRosterHandler({ ...found, apply }),
      new RemoveRosterHandler({ ...found, apply }),
      new CorrectBibsHandler({ ...found, refresh }),
    ],
    start: () => keeper.start(),
    stop: () => keeper.stop(),
  }
}
