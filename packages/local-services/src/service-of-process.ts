import type { OwnedProcess } from './owned-process.ts'
import type { LocalService } from './service.ts'

/** One of our own server processes as a service. */
export function serviceOfProcess(
  server: OwnedProcess,
  about: Pick<LocalService, 'url' | 'description' | 'kind'>,
): LocalService {
  return {
    ...about,
    get pid() {
      return server.pid
    },
    onCrash: server.onCrash,
    kill: server.kill,
    restart: server.restart,
    stop: server.stop,
  }
}
