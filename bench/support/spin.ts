// A thread of the canary: counts for a while and reports how far it got.
import { parentPort, workerData } from 'node:worker_threads'

const { ms } = workerData as { ms: number }
const TURNS_BETWEEN_LOOKS = 100_000

const until = performance.now() + ms
let turns = 0
for (let state = 1; performance.now() < until; turns++) {
  for (let turn = 0; turn < TURNS_BETWEEN_LOOKS; turn++) state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
}
parentPort?.postMessage(turns)
