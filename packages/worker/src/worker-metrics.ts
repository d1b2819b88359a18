import { parseFailureReason, type QueueWorker } from '@darkroom/messaging'
import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client'

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]

/** Read whenever the metrics are collected. */
interface WorkerState {
  slots: number
  busy: () => number
  isReady: () => boolean
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>

/** The metrics of this worker, added to the program's registry. */
export function createWorkerMetrics(registry: Registry, state: WorkerState) {
  const registers = [registry]
  const outcomes = createOutcomes(registers)
  const givenBack = new Counter({
    name: 'darkroom_jobs_given_back_total',
    help: 'Runs that failed without using up an attempt, by code',
    labelNames: ['code'],
    registers,
  })
  const bytesIn = new Counter({
    name: 'darkroom_job_source_bytes_total',
    help: 'Bytes read from originals',
    registers,
  })
  const bytesOut = new Counter({
    name: 'darkroom_job_variant_bytes_total',
    help: 'Bytes of created variants',
    registers,
  })
  addGauges(registers, state)
  return {
    givenBack: (code: string): void => givenBack.inc({ code }),

    processed(bytes: { bytesIn: number; bytesOut: number }): void {
      bytesIn.inc(bytes.bytesIn)
      bytesOut.inc(bytes.bytesOut)
    },

    /** Counts the outcomes that the queue has accepted. */
    follow(worker: QueueWorker): void {
      worker.on('completed', (_job, { waitMs, processingTime }) => {
        outcomes.completed.inc()
        outcomes.wait.observe(waitMs / 1000)
        outcomes.run.observe(processingTime / 1000)
      })
      worker.on('failed', (job, error) =>
        outcomes.failed.inc({
          code: parseFailureReason(error.message).code,
          will_retry: String(job?.finishedOn === undefined),
        }),
      )
      worker.on('stalled', () => outcomes.stalled.inc())
    },
  }
}

function createOutcomes(registers: Registry[]) {
  return {
    wait: new Histogram({
      name: 'darkroom_job_wait_seconds',
      help: 'Time from acceptance to the start of a run',
      buckets: SECONDS,
      registers,
    }),
    run: new Histogram({ name: 'darkroom_job_run_seconds', help: 'Successful runs', buckets: SECONDS, registers }),
    completed: new Counter({ name: 'darkroom_jobs_completed_total', help: 'Completed jobs', registers }),
    failed: new Counter({
      name: 'darkroom_job_attempts_failed_total',
      help: 'Failed attempts, by code and by whether there is another one',
      labelNames: ['code', 'will_retry'],
      registers,
    }),
    stalled: new Counter({
      name: 'darkroom_jobs_stalled_total',
      help: 'Jobs of silent workers that were reassigned',
      registers,
    }),
  }
}

function addGauges(registers: Registry[], { slots, busy, isReady }: WorkerState): void {
  new Gauge({ name: 'darkroom_worker_slots', help: 'Concurrent jobs of this worker', registers }).set(slots)
  new Gauge({
    name: 'darkroom_worker_busy_slots',
    help: 'Running jobs',
    registers,
    collect() {
      this.set(busy())
    },
  })
  new Gauge({
    name: 'darkroom_worker_ready',
    help: '0 while this worker takes no jobs because of a problem with its machine',
    registers,
    collect() {
      this.set(isReady() ? 1 : 0)
    },
  })
}
