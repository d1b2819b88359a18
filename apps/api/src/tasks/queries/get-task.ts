import type { Task } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { GetTaskJson, type GetTaskJsonHandler } from './get-task-json.ts'

/** One task by its id or its jobId. Throws TASK_NOT_FOUND, also for a task of another tenant. */
export class GetTask extends RequestData<Task> {
  readonly tenant: string
  readonly id: string

  constructor(tenant: string, id: string) {
    super()
    this.tenant = tenant
    this.id = id
  }
}

export class GetTaskHandler implements RequestHandler<GetTask, Task> {
  readonly #getTaskJson: GetTaskJsonHandler

  constructor(deps: { getTaskJson: GetTaskJsonHandler }) {
    this.#getTaskJson = deps.getTaskJson
  }

  async handle({ tenant, id }: GetTask): Promise<Task> {
    return JSON.parse(await this.#getTaskJson.handle(new GetTaskJson(tenant, id))) as Task
  }
}
