import type { PhotoPage } from '@darkroom/contracts'
import type { TaskViews } from '../tasks/task-view.ts'
import type { PhotoStore } from './photo-store.ts'
import { formatCursor } from './reading-cursor.ts'
import type { FoundReading } from './reading-store.ts'
import { bestBib } from './readings-of.ts'

/** Turns readings into a page of their photos. `found` has one more than the page, if there is one. */
export type ToPhotoPage = (tenant: string, found: readonly FoundReading[], limit: number) => Promise<PhotoPage>

/**
 * The photo itself tells what it shows: a reading that it no longer has, because it was deleted,
 * restarted or corrected a moment ago, is left out.
 */
export function createPhotoPages({ photos, views }: { photos: PhotoStore; views: TaskViews }) {
  return (valueOf: (reading: FoundReading) => number): ToPhotoPage =>
    async (tenant, found, limit) => {
      const shown = found.slice(0, limit)
      const tasks = await photos.byIds(tenant, [...new Set(shown.map(({ photo }) => photo))])
      const items = shown.flatMap(({ photo, number }) => {
        const task = tasks.get(photo)
        const bib = task && bestBib(task, number)
        return bib ? [{ bib, photo: views.listed(task) }] : []
      })
      const last = shown.at(-1)
      const nextCursor = last && found.length > limit ? formatCursor({ value: valueOf(last), id: last.id }) : null
      return { items, limit, nextCursor }
    }
}
