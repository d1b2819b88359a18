import type { Migration } from './migration.ts'

const fileOfImage = {
  name: '$$this.resolution',
  contentType: 'image/jpeg',
  bytes: '$$this.size',
  md5: '$$this.md5',
  path: '$$this.path',
  facts: { width: '$$this.width', height: '$$this.height' },
}

/** Keeps `images`, because API processes of release 0.1 may still be running, and only read those. */
export const taskFiles: Migration = {
  id: '0001-task-files',
  description: 'Tasks list their files as `files`; release 0.1 only stored `images`',
  collection: 'tasks',
  outdated: { files: { $exists: false } },
  up: [
    {
      $set: {
        files: { $map: { input: { $ifNull: ['$images', []] }, in: fileOfImage } },
        result: { $ifNull: ['$result', { $literal: {} }] },
      },
    },
  ],
}
