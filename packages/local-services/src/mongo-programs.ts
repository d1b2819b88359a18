import { askMongo } from './ask-server.ts'
import type { ServerProgram } from './owned-process.ts'

// Enough for tests and a demo, and leaves the memory to the image workers.
const CACHE_MEBIBYTES = 256

/** A real, stand-alone mongod. */
export function mongodProgram(file: string): ServerProgram {
  return {
    name: 'mongod',
    file,
    dataName: 'mongod-data',
    args: (port, dataFolder) => [
      ...['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', dataFolder],
      ...['--wiredTigerCacheSizeGB', String(CACHE_MEBIBYTES / 1024)],
    ],
    ask: (port) => askMongo(mongodUrl('127.0.0.1', port)),
  }
}

export function mongodUrl(host: string, port: number): string {
  return `mongodb://${host}:${port}/`
}

/** SecantusDB: implements enough of MongoDB's wire protocol to try and test Darkroom. */
export function standInProgram(file: string, { durable }: { durable: boolean }): ServerProgram {
  return {
    name: 'secantusd-rs',
    file,
    dataName: 'stand-in-data',
    args: (port, dataFolder) => [
      ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', dataFolder, '--standalone'],
      // The default write-ahead log would take 2 GB of disk space.
      ...['--cache-size', `${CACHE_MEBIBYTES}M`, '--log-file-max', '128MB', '--log-level', 'WARNING'],
      // By default it acknowledges writes before they are on disk, whatever the write concern.
      ...(durable ? ['--sync-on-commit'] : []),
    ],
    ask: (port) => askMongo(standInUrl(port)),
  }
}

/** Retryable writes would only add a session per write here. */
export function standInUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?retryWrites=false`
}
