import type { LocalServices } from '@darkroom/local-services'

const BUCKET = 'darkroom'
/** For the check of the environment before the server is started. */
export const S3_TO_COME = { S3_BUCKET: BUCKET, S3_ACCESS_KEY: 'to-come', S3_SECRET_KEY: 'to-come' }

/** Whether files go to a bucket, but the environment says nothing about its server. */
export function needsOwnS3({
  STORAGE,
  S3_ENDPOINT,
  S3_ACCESS_KEY,
  MINIO_ENDPOINT,
  MINIO_ACCESS_KEY,
}: NodeJS.ProcessEnv) {
  return STORAGE === 's3' && !S3_ENDPOINT && !S3_ACCESS_KEY && !MINIO_ENDPOINT && !MINIO_ACCESS_KEY
}

/** The settings for a server that was started here; nothing without one. */
export function s3Settings(s3: LocalServices['s3'], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (s3 === undefined) return {}
  return {
    STORAGE: 's3',
    S3_ENDPOINT: s3.url,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
    S3_REGION: s3.region,
    S3_BUCKET: env['S3_BUCKET'] || env['MINIO_BUCKET'] || BUCKET,
  }
}

/** Where files are stored. */
export function placeOfFiles(env: NodeJS.ProcessEnv, dataDir: string): string {
  if (env['STORAGE'] !== 's3') return dataDir
  return `bucket ${env['S3_BUCKET'] || env['MINIO_BUCKET']} at ${env['S3_ENDPOINT'] || env['MINIO_ENDPOINT'] || 'AWS'}`
}
