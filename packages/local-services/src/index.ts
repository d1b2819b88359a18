export { FolderTakenError } from './folder-claim.ts'
export { fetchBibModels, fetchedBibModels } from './fetch-bib-models.ts'
export { fetchFfmpeg } from './fetch-ffmpeg.ts'
export { fetchNginx } from './fetch-nginx.ts'
export { findProgram } from './find-program.ts'
export { freePort } from './free-port.ts'
export type { LocalService, MongoService, RedisService, S3Service } from './service.ts'
export {
  killOrphansIn,
  type LocalServices,
  type LocalServicesOptions,
  startLocalServices,
} from './start-local-services.ts'
export { startS3Server } from './start-s3-server.ts'
export { whyNoS3 } from './why-no-s3.ts'
