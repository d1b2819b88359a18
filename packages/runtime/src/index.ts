export { createLogger, type Logger } from './logger.ts'
export { envInteger, EnvError, loadEnv, parseEnv } from './parse-env.ts'
export { connectRedis, reconnectDelayMs, redisEnv, redisUrl, type RedisRole } from './redis.ts'
export { closeOnSignal, runShutdown, type ShutdownPhase } from './shutdown.ts'
