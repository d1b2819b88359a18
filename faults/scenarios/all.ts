import type { Scenario } from '../scenario.ts'
import { killWorkers } from './fi-01-kill-workers.ts'
import { killApiMidUpload } from './fi-02-kill-api-mid-upload.ts'
import { brokenOffUploads } from './fi-03-broken-off-uploads.ts'
import { mongoCrashes } from './fi-04-mongo-crashes.ts'
import { crashBeforeDispatch } from './fi-05-crash-before-dispatch.ts'
import { redisAway } from './fi-06-redis-away.ts'
import { redisLosesEverything } from './fi-07-redis-loses-everything.ts'
import { redisCrashes } from './fi-08-redis-crashes.ts'
import { frozenRedis } from './fi-09-frozen-redis.ts'
import { frozenWorker } from './fi-10-frozen-worker.ts'
import { crashWhileWriting } from './fi-11-crash-while-writing.ts'
import { diskFull } from './fi-12-disk-full.ts'
import { poison } from './fi-13-poison.ts'
import { eventsLost } from './fi-14-events-lost.ts'
import { eventsShuffled } from './fi-15-events-shuffled.ts'
import { slowClients } from './fi-16-slow-clients.ts'
import { staleReads } from './fi-17-stale-reads.ts'
import { expiry } from './fi-18-expiry.ts'
import { wrongClocks } from './fi-19-wrong-clocks.ts'
import { slowNetwork } from './fi-20-slow-network.ts'
import { rollingRestart } from './fi-21-rolling-restart.ts'
import { everything } from './fi-22-everything.ts'
import { manyClients, manyClientsMongoKilled, manyClientsSilentRedis } from './fi-23-many-clients.ts'
import { mongoAway } from './fi-24-mongo-away.ts'
import { redisLosesKeys } from './fi-25-redis-loses-keys.ts'
import { silentRedis } from './fi-26-silent-redis.ts'
import { storesFull } from './fi-27-stores-full.ts'
import { storeOfNpmStart } from './fi-28-store-of-npm-start.ts'
import { blindWorker } from './fi-29-blind-worker.ts'
import { removalUnderLoad } from './fi-30-removal-under-load.ts'
import { greedyClient } from './fi-31-greedy-client.ts'
import { s3Crashes } from './fi-34-s3-crashes.ts'
import { slowS3 } from './fi-35-slow-s3.ts'
import { s3Errors } from './fi-36-s3-errors.ts'
import { halfUploads } from './fi-37-half-uploads.ts'
import { s3Clocks } from './fi-38-s3-clocks.ts'
import { wrongS3Key } from './fi-39-wrong-s3-key.ts'
import { brokenReceivers } from './fi-40-broken-receivers.ts'

/** The one that takes longest comes first, so that scenarios run in parallel end together. */
export const scenarios: readonly Scenario[] = [
  removalUnderLoad,
  killWorkers,
  killApiMidUpload,
  brokenOffUploads,
  mongoCrashes,
  crashBeforeDispatch,
  redisAway,
  redisLosesEverything,
  redisCrashes,
  frozenRedis,
  frozenWorker,
  crashWhileWriting,
  diskFull,
  poison,
  eventsLost,
  eventsShuffled,
  slowClients,
  staleReads,
  expiry,
  wrongClocks,
  slowNetwork,
  rollingRestart,
  everything,
  manyClients,
  mongoAway,
  redisLosesKeys,
  silentRedis,
  storesFull,
  storeOfNpmStart,
  blindWorker,
  greedyClient,
  manyClientsMongoKilled,
  manyClientsSilentRedis,
  s3Crashes,
  slowS3,
  s3Errors,
  halfUploads,
  s3Clocks,
  wrongS3Key,
  brokenReceivers,
]
