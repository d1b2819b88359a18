import { resolve } from 'node:path'
import { z } from 'zod'

/** Without a name and a password in it: it appears in messages. */
const endpoint = z
  .string()
  .regex(/^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/, 'must look like http://host:9000')
  .optional()
const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be 3 to 63 lower-case letters, digits, - or .')
  .optional()
const credential = z
  .string()
  .regex(/^[!-~]+$/, 'must be visible ASCII characters without spaces')
  .optional()

/** The settings that say where files are stored: API and workers must agree. */
export const storageEnv = {
  STORAGE: z.enum(['disk', 's3'], { error: 'must be disk or s3' }).default('disk'),
  DATA_DIR: z.string().default('./data'),
  S3_ENDPOINT: endpoint,
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: bucket,
  S3_ACCESS_KEY: credential,
  S3_SECRET_KEY: credential,
  S3_FORCE_PATH_STYLE: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('true')
    .transform((text) => text === 'true'),
  MINIO_ENDPOINT: endpoint,
  MINIO_BUCKET: bucket,
  MINIO_ACCESS_KEY: credential,
  MINIO_SECRET_KEY: credential,
}
type StorageEnv = z.infer<z.ZodObject<typeof storageEnv>>

/** Settings with two names, and whether S3 needs them. */
const PAIRS = [
  { name: 'S3_ENDPOINT', same: 'MINIO_ENDPOINT', needed: false },
  { name: 'S3_BUCKET', same: 'MINIO_BUCKET', needed: true },
  { name: 'S3_ACCESS_KEY', same: 'MINIO_ACCESS_KEY', needed: true },
  { name: 'S3_SECRET_KEY', same: 'MINIO_SECRET_KEY', needed: true },
] as const

/** A check for the schema of an environment: what a single setting cannot tell. */
export function checkStorageEnv(env: StorageEnv, context: z.RefinementCtx): void {
  const report = (name: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message, input: undefined })
  for (const { name, same, needed } of PAIRS) {
    if (env[name] !== undefined && env[same] !== undefined && env[name] !== env[same])
      report(name, `is not the same as ${same}, which means the same: set only one of them`)
    if (env.STORAGE === 's3' && needed && env[name] === undefined && env[same] === undefined)
      report(name, `must be set because STORAGE is s3; ${same} means the same`)
  }
}

/** Where files are stored: in a bucket if `s3` is set, otherwise in the data folder. */
export interface StorageSettings {
  /** The data folder; with S3, the folder for files that are being received or processed. */
  dataDir: string
  s3?: {
    /** AWS itself if undefined. */
    endpoint?: string
    region: string
    bucket: string
    accessKey: string
    secretKey: string
    forcePathStyle: boolean
  }
}

/** From an environment that has passed {@link checkStorageEnv}. */
export function storageSettings(env: StorageEnv): StorageSettings {
  const dataDir = resolve(env.DATA_DIR)
  if (env.STORAGE === 'disk') return { dataDir }
  const [endpointUrl, bucketName = '', accessKey = '', secretKey = ''] = PAIRS.map(
    ({ name, same }) => env[name] ?? env[same],
  )
  const { S3_REGION: region, S3_FORCE_PATH_STYLE: forcePathStyle } = env
  const s3 = { region, bucket: bucketName, accessKey, secretKey, forcePathStyle }
  return { dataDir, s3: endpointUrl === undefined ? s3 : { ...s3, endpoint: endpointUrl } }
}
