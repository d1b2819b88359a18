import { closeOnSignal, createLogger } from '@darkroom/runtime'
import { createApi } from './api.ts'
import { readApiEnv } from './env.ts'

const env = readApiEnv()
const log = createLogger({ name: 'api', level: env.LOG_LEVEL })
const api = createApi(env, log)
closeOnSignal(api.closing, log)
const { port } = await api.start()
log.info({ port, pid: process.pid }, 'Darkroom API is listening')
process.send?.({ ready: true, port })
