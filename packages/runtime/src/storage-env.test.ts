import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type EnvError, parseEnv } from './parse-env.ts'
import { checkStorageEnv, storageEnv, storageSettings } from './storage-env.ts'

const schema = z.object(storageEnv).superRefine(checkStorageEnv)
const read = (env: NodeJS.ProcessEnv) => storageSettings(parseEnv(schema, env))
const faultsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    read(env)
    return []
  } catch (error) {
    return (error as EnvError).faults
  }
}
const minio = {
  MINIO_ENDPOINT: 'http://minio:9000',
  MINIO_BUCKET: 'photos',
  MINIO_ACCESS_KEY: 'key',
  MINIO_SECRET_KEY: 'secret',
}
const s3 = {
  S3_ENDPOINT: 'http://minio:9000',
  S3_BUCKET: 'photos',
  S3_ACCESS_KEY: 'key',
  S3_SECRET_KEY: 'secret',
}

it('files are stored in the data folder by default, even if a bucket is configured', () => {
  expect(read({})).toEqual({ dataDir: resolve('data') })
  expect(read({ ...s3, DATA_DIR: '/srv/data' })).toEqual({ dataDir: '/srv/data' })
})

it.each([s3, minio])('both sets of names lead to the same bucket: %o', (env) => {
  expect(read({ STORAGE: 's3', ...env })).toEqual({
    dataDir: resolve('data'),
    s3: {
      endpoint: 'http://minio:9000',
      region: 'us-east-1',
      bucket: 'photos',
      accessKey: 'key',
      secretKey: 'secret',
      forcePathStyle: true,
    },
  })
})

it('without an endpoint it is a bucket of AWS', () => {
  const { S3_ENDPOINT: _endpoint, ...rest } = s3
  expect(read({ STORAGE: 's3', ...rest, S3_REGION: 'eu-west-1', S3_FORCE_PATH_STYLE: 'false' }).s3).toEqual({
    region: 'eu-west-1',
    bucket: 'photos',
    accessKey: 'key',
    secretKey: 'secret',
    forcePathStyle: false,
  })
})

describe('what is wrong is said', () => {
  it.each(['S3_BUCKET', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'])('%s is missing', (name) => {
    expect(faultsOf({ STORAGE: 's3', ...s3, [name]: '' })).toEqual([
      expect.stringMatching(`^${name}: must be set because STORAGE is s3; MINIO_.* means the same$`),
    ])
  })

  it('two names have different values; the values are not shown', () => {
    const faults = faultsOf({ ...s3, MINIO_SECRET_KEY: 'another' })
    expect(faults).toEqual([
      'S3_SECRET_KEY: is not the same as MINIO_SECRET_KEY, which means the same: set only one of them',
    ])
  })

  it.each([
    ['STORAGE', 'S3', 'must be disk or s3'],
    ['S3_ENDPOINT', 'minio:9000', 'must look like http://host:9000'],
    ['S3_ENDPOINT', 'http://key:secret@minio:9000', 'must look like http://host:9000'],
    ['S3_BUCKET', 'My_Photos', 'must be 3 to 63 lower-case letters, digits, - or .'],
    ['S3_SECRET_KEY', 'with space', 'must be visible ASCII characters without spaces'],
    ['S3_FORCE_PATH_STYLE', 'yes', 'must be true or false'],
  ])('%s=%s', (name, value, message) => {
    expect(faultsOf({ ...s3, [name]: value })).toEqual([`${name}: ${message}`])
  })
})
