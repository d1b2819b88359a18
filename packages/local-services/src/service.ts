/** A Redis, MongoDB or S3 server that answers, wherever it came from. */
export interface LocalService {
  /** Where clients connect; 127.0.0.1 unless the environment names another host. */
  url: string
  /** One line for people: "redis-server 7.0.15 on PATH, port 41233". Never contains a password. */
  description: string
  /** What runs there. Only a `stand-in` is not the real server. */
  kind: 'environment' | 'container' | 'process' | 'stand-in'
  /** The server's process, if it is a child of ours. */
  pid: number | undefined
  /** Called when the server ends without being asked to; undefined if that cannot be detected. */
  onCrash?: (listener: () => void) => void
  /** Kills the server and waits until it is gone; undefined if the server is not ours. */
  kill?: (signal?: NodeJS.Signals) => Promise<void>
  /**
   * Restarts the server on the same port with the same data; stops it first if it is still running.
   */
  restart?: () => Promise<void>
  /** Stops the server in order; does nothing if it is not ours. May be called twice. */
  stop: () => Promise<void>
}

/** Who may use an S3 server, and the region that it says it is in. */
export interface S3Access {
  accessKey: string
  secretKey: string
  region: string
}

export type S3Service = LocalService & S3Access
export type RedisService = LocalService
export type MongoService = LocalService

/** What every method of getting a service needs to know. */
export interface ServiceContext {
  /** Data, logs and pid file of this service. */
  folder: string
  /** Downloaded programs, shared by all checkouts of this user. */
  cacheFolder: string
  env: NodeJS.ProcessEnv
  log: (line: string) => void
  /** Start without the data of earlier runs. */
  fresh: boolean
  /**
   * Acknowledged writes survive kill -9. Only relevant for the MongoDB stand-in, which is then five
   * times slower.
   */
  durable: boolean
}
