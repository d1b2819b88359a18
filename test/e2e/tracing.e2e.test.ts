import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sampleJpeg } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ApiProcess, AppProcess } from '../../scripts/processes.ts'
import { accepted, ended, get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { startTraceCollector, treeOf, type CollectedSpan, type TraceCollector } from './support/trace-collector.ts'

const stores = { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') }
const NAME = 'a-day-at-the-beach'
const PRODUCER = 4
const CONSUMER = 5
/** OpenTelemetry takes the start of each span from a clock of milliseconds. */
const SPAN_CLOCK_NS = 1_000_000n

describe('a traced upload', () => {
  let collector: TraceCollector
  let darkroom: Installation
  let api: ApiProcess
  let worker: AppProcess
  let taskId: string
  let spans: CollectedSpan[]
  let exitCodes: (number | null)[]

  beforeAll(async () => {
    collector = await startTraceCollector()
    darkroom = await createInstallation(stores, tracingTo(collector.url))
    const headers = join(darkroom.dataDir, '..', `${darkroom.namespace}-headers`)
    await writeFile(headers, 'authorization=Bearer of-the-collector\n')
    const env = { OTEL_EXPORTER_OTLP_HEADERS_FILE: headers }
    ;[api, worker] = await Promise.all([darkroom.api({ env }), darkroom.worker('worker-a', { env })])
    ;({ id: taskId } = await accepted(api.url, { bytes: await sampleJpeg(), name: `${NAME}.jpg` }))
    await ended(api.url, taskId)
    for (const path of ['livez', 'readyz', 'metrics']) await get(`${api.url}/${path}`)
    await get(`${api.url}/api/v1/tasks/${taskId}/download?resolution=1024&signature=top-secret`)
    // The last spans are sent when the processes end.
    exitCodes = (await Promise.all([api.stop(), worker.stop()])).map(({ code }) => code)
    spans = collector.spans.filter(({ traceId }) => traceId === uploadOf(collector.spans).traceId)
  })
  afterAll(async () => {
    await darkroom.stop()
    await collector.stop()
  })

  const one = (name: string): CollectedSpan => {
    const found = spans.filter((span) => span.name === name)
    expect(found.map((span) => span.name)).toEqual([name])
    return found[0]!
  }
  const parentOf = ({ parentSpanId }: CollectedSpan) => spans.find(({ spanId }) => spanId === parentSpanId)

  test('is one trace through both processes, from the request to the applying of its result', () => {
    console.log(treeOf(spans).join('\n'))
    expect(exitCodes).toEqual([0, 0])
    const upload = uploadOf(spans)
    const dispatch = one('dispatch image.optimize')
    const run = spans.find(({ name }) => name.startsWith('process '))!
    const child = one('child image.optimize')
    const applied = one('apply task.completed')

    expect(upload).toMatchObject({ service: 'darkroom-api', parentSpanId: '' })
    expect([dispatch.service, dispatch.kind, parentOf(dispatch)?.service]).toEqual([
      'darkroom-api',
      PRODUCER,
      'darkroom-api',
    ])
    expect(ancestorsOf(dispatch, spans)).toContain(upload)
    expect([run.service, run.kind, parentOf(run)]).toEqual(['darkroom-image-worker', CONSUMER, dispatch])
    expect([child.service, parentOf(child)]).toEqual(['darkroom-image-worker', run])
    expect([applied.service, applied.kind, parentOf(applied)]).toEqual(['darkroom-api', CONSUMER, run])
    for (const { attributes } of [dispatch, child, applied]) expect(attributes['darkroom.task']).toBe(taskId)
  })

  test('has a span for each stage of the child, the storing of the files last', () => {
    const child = one('child image.optimize')
    // In the order of their ends, in which they are sent.
    const stages = spans.filter(({ name }) => name.startsWith('stage '))
    expect(stages.map(({ name }) => name)).toEqual(['stage decode', 'stage encode', 'stage store'])
    for (const stage of stages) {
      expect(parentOf(stage)).toBe(child)
      expect(stage.endedAt >= stage.startedAt && stage.endedAt <= child.endedAt + SPAN_CLOCK_NS).toBe(true)
    }
  })

  test('shows the queries of the stores', () => {
    const systems = new Set(spans.map(({ attributes }) => attributes['db.system'] ?? attributes['db.system.name']))
    expect(systems).toContain('redis')
    expect(systems).toContain('mongodb')
    const names = spans.map(({ name }) => name)
    expect(names).toContain('mongodb.tasks.insertOne')
    expect(names).toContain('mongodb.tasks.findOneAndUpdate')
  })

  test('names neither photos nor files, and has no query strings', () => {
    const text = JSON.stringify(collector.bodies)
    expect(text).toContain('darkroom-image-worker')
    for (const secret of [NAME, 'top-secret', 'resolution=', 'output/', 'storage/', darkroom.namespace])
      expect(text).not.toContain(secret)
  })

  test('is sent with the headers that a file contains', () => {
    expect([...collector.authorizations]).toEqual(['Bearer of-the-collector'])
  })

  test('begins no traces of its own for probes, and none by waiting for jobs', () => {
    const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === '')
    expect(roots.length).toBeGreaterThan(1)
    expect(new Set(roots.map(({ service }) => service))).toEqual(new Set(['darkroom-api']))
    for (const { name, attributes } of roots) {
      expect(name).toMatch(/^(GET|POST) \/(api\/v1\/tasks|openapi\.json)/)
      expect(attributes['http.route']).toMatch(/^\/(api\/v1\/tasks|openapi\.json)/)
    }
  })
})

test('a collector that is away or hangs neither stops nor delays the service', async () => {
  const hanging = await startTraceCollector({ answers: false })
  for (const url of ['http://127.0.0.1:1', hanging.url]) {
    const darkroom = await createInstallation(stores, tracingTo(url))
    const [api, worker] = await Promise.all([darkroom.api(), darkroom.worker('worker-a')])
    const photo = { bytes: await sampleJpeg({ width: 400, height: 300 }) }
    for (let count = 0; count < 5; count++) await ended(api.url, (await accepted(api.url, photo)).id)
    const stoppedAt = performance.now()
    expect(await Promise.all([api.stop(), worker.stop()])).toMatchObject([{ code: 0 }, { code: 0 }])
    // A second for the traces; the rest is for the shutdown itself on a busy machine.
    expect(performance.now() - stoppedAt).toBeLessThan(15_000)
    await darkroom.stop()
  }
  await hanging.stop()
})

describe('the packages of OpenTelemetry', () => {
  /** The paths of all modules that API and worker load until a photo is processed. */
  async function loadedBy(env: NodeJS.ProcessEnv): Promise<{ api: string[]; worker: string[] }> {
    const darkroom = await createInstallation(stores, env)
    const recorder = join(darkroom.dataDir, '..', `${darkroom.namespace}-recorder.mjs`)
    await writeFile(recorder, RECORDER)
    const lines: Record<'api' | 'worker', string[]> = { api: [], worker: [] }
    const options = (name: 'api' | 'worker') => ({
      env: { NODE_OPTIONS: `--import ${pathToFileURL(recorder).href}` },
      onLine: (line: string) => void (line.startsWith(LOADED) && lines[name].push(line.slice(LOADED.length))),
    })
    const [api] = await Promise.all([darkroom.api(options('api')), darkroom.worker('worker-a', options('worker'))])
    const { id } = await accepted(api.url, { bytes: await sampleJpeg({ width: 400, height: 300 }) })
    await ended(api.url, id)
    await darkroom.stop()
    return lines
  }
  const LOADED = 'loaded: '
  const RECORDER = `
    import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => {
      process.stderr.write('${LOADED}' + url + '\\n')
      return next(url, context)
    } })`
  /** Not its interface, which the library for metrics loads. */
  const telemetry = (urls: readonly string[]): string[] =>
    urls.filter((url) => /\/node_modules\/(@opentelemetry\/(?!api\/)|bullmq-otel\/)/.test(url))

  test('are not loaded while tracing is off, and neither are those of other unused features', async () => {
    const { api, worker } = await loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })
    // The recorder works: it has seen their other libraries.
    expect(api.some((url) => url.includes('/express/'))).toBe(true)
    for (const urls of [api, worker]) {
      expect(urls.some((url) => url.includes('/bullmq/'))).toBe(true)
      expect(telemetry(urls)).toEqual([])
    }
    expect(api.filter((url) => /\/node_modules\/(nodemailer|jose|@bull-board|@aws-sdk)\//.test(url))).toEqual([])
  })

  test('are loaded while it is on', async () => {
    const { api, worker } = await loadedBy(tracingTo('http://127.0.0.1:1'))
    for (const urls of [api, worker]) expect(telemetry(urls).length).toBeGreaterThan(0)
  })
})

const tracingTo = (url: string): NodeJS.ProcessEnv => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_TRACES_SAMPLER_ARG: '1',
})

const uploadOf = (spans: readonly CollectedSpan[]): CollectedSpan =>
  spans.find(({ name, parentSpanId }) => name.startsWith('POST') && parentSpanId === '')!

function ancestorsOf(span: CollectedSpan, spans: readonly CollectedSpan[]): CollectedSpan[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
  return parent ? [parent, ...ancestorsOf(parent, spans)] : []
}
