import type { TaskCache } from '../task-cache.ts'
import type { TaskStore } from '../task-store.ts'
import { GetTaskJsonHandler } from './get-task-json.ts'
import { GetTaskHandler } from './get-task.ts'
import { ListTasksHandler } from './list-tasks.ts'
import { SignDownloadHandler } from './sign-download.ts'
import type { TaskViews } from '../task-view.ts'
import type { UrlSigner } from './url-signing.ts'

/** The queries for tasks. */
export function createTaskQueries(parts: {
  store: TaskStore
  cache: TaskCache
  views: TaskViews
  signer: UrlSigner
  now: () => number
}) {
  const getTaskJson = new GetTaskJsonHandler(parts)
  return {
    handlers: [
      getTaskJson,
      new GetTaskHandler({ getTaskJson }),
      new ListTasksHandler(parts),
      new SignDownloadHandler(parts),
    ],
  }
}
