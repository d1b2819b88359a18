export { programBeside } from './child-process.ts'
export { concurrencyEnv, workerConfig, workerEnv, type WorkerConfig } from './env.ts'
export { runWorker } from './run-worker.ts'
export { type WorkerApp } from './worker-app.ts'
