import { isS3Storage, type Storage } from '@darkroom/storage'

/**
 * The name of a storage in messages. These also reach strangers, in `/health`, so it tells neither
 * a path nor an address; the log has `place`.
 */
export const settingOf = (storage: Storage): string => (isS3Storage(storage) ? 'S3_BUCKET' : 'DATA_DIR')
