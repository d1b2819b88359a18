/** Names that the API has returned, so that requests can refer to things that exist. */
export class KnownNames {
  /** By the resource in whose answers they were. */
  readonly #ids = new Map<string, string[]>()
  readonly #queues: string[] = []
  readonly #keys: string[] = []
  readonly #tokens: string[] = []

  /** Collects the names in a response; old names make room for new ones. */
  learnFrom(path: string, body: string): void {
    for (const [id] of body.matchAll(/\b(?:[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g))
      add(this.#idsFor(path), id)
    for (const [, key] of body.matchAll(/"key":"drk_([0-9a-f]{16})_/g)) add(this.#keys, key ?? '')
    for (const [, token] of body.matchAll(/"url":"[^"]+\/d\/([^"]+)"/g)) add(this.#tokens, token ?? '')
    if (path === '/api/v1/queues')
      for (const [, name] of body.matchAll(/"name":"([^"]+)"/g)) add(this.#queues, name ?? '')
  }

  choose(choice: number, path: string): string | undefined {
    const names = this.#namesFor(path)
    return names[choice % names.length]
  }

  #namesFor(path: string): string[] {
    if (path.includes('/queues/')) return this.#queues
    if (path.includes('/keys/')) return this.#keys
    return path.startsWith('/d/') ? this.#tokens : this.#idsFor(path)
  }

  #idsFor(path: string): string[] {
    const what = resourceOf(path)
    const ids = this.#ids.get(what) ?? []
    this.#ids.set(what, ids)
    return ids
  }
}

/** Other paths of tasks, and what refers to tasks only. */
const OF_TASKS = ['jobs', 'photos', 'dead-letters', 'events']

function resourceOf(path: string): string {
  const [, what = 'tasks'] = /^\/(?:api\/(?:v1\/)?)?([\w-]+)/.exec(path) ?? []
  return OF_TASKS.includes(what) ? 'tasks' : what
}

const KEPT = 200

function add(names: string[], name: string): void {
  if (names.includes(name)) return
  names.push(name)
  if (names.length > KEPT) names.shift()
}
