/** A Redis or MongoDB that answers, wherever it came from. */
export interface LocalService {
  /** Where clients connect; 127.0.0.1 unless the environment named another place. */
  url: string
  /** One line for people: "redis-server 7.0.15 on PATH, port 41233". Never holds a password. */
  description: string
  /** What answers there. Only a `stand-in` is not the real server. */
  kind: 'environment' | 'container' | 'process' | 'stand-in'
  /** The server's process, where it is a child of ours. */
  pid: number | undefined
  /**
   * Called when the server ends although nobody here asked for it; undefined where that cannot be
   * seen.
   */
  onCrash?: (listener: () => void) => void
  /** Ends the server at once and waits until it is gone; undefined where the server is not ours. */
  kill?: (signal?: NodeJS.Signals) => Promise<void>
  /**
   * Starts the server again, on the same port with the same data; ends it first when it still runs.
   */
  restart?: () => Promise<void>
  /** Ends the server in order; does nothing where it is not ours. Harmless when called twice. */
  stop: () => Promise<void>
}

export type RedisService = LocalService
export type MongoService = LocalService

/** What every way of getting a service has to know. */
export interface ServiceContext {
  /** Data, logs and pid file of this one service live here. */
  folder: string
  /** Downloaded programs live here, shared by all checkouts of this user. */
  cacheFolder: string
  env: NodeJS.ProcessEnv
  log: (line: string) => void
  /** Nothing of earlier runs may be seen. */
  fresh: boolean
  /**
   * What is acknowledged survives kill -9. Only the MongoDB stand-in needs to be told, which is
   * then five times slower.
   */
  durable: boolean
}
