export { FolderTakenError } from './folder-claim.ts'
export { freePort } from './free-port.ts'
export type { LocalService, MongoService, RedisService } from './service.ts'
export {
  killOrphansIn,
  type LocalServices,
  type LocalServicesOptions,
  startLocalServices,
} from './start-local-services.ts'
