// deploy/observability on real metrics: a real Prometheus scrapes an API and a worker at work, and
// is asked what the dashboard and the alerts ask.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, freePort } from '@darkroom/local-services'
import { corruptJpeg, sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, eachOf, ended, get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { startPrometheus, type Prometheus } from './support/prometheus.ts'

interface Panel {
  title: string
  targets?: { expr: string }[]
}

const FOLDER = join(import.meta.dirname, '..', '..', 'deploy', 'observability')
/** Queries that have no data in a run in which all is well, and why. */
const MAY_BE_EMPTY: Readonly<Record<string, string>> = {
  'sum by (code) (rate(darkroom_task_retries_total[$__rate_interval]))': 'no attempt is repeated',
  'sum by (code) (rate(darkroom_jobs_given_back_total[$__rate_interval]))': 'no machine is in trouble',
  'avg by (kind) (darkroom_estimate_coverage_ratio)': 'nothing is estimated before five tasks have ended',
}
/** Long enough for two scrapes of one second each on a busy machine. */
const RATE_INTERVAL = '1m'

const programs = {
  prometheus: findProgram('prometheus', process.env),
  promtool: findProgram('promtool', process.env),
}
const missing = Object.entries(programs).flatMap(([name, path]) => (path === undefined ? [name] : []))
if (missing.length > 0)
  console.log(`Dashboard and alerts are not tried on real metrics: not on PATH: ${missing.join()}.`)

describe.skipIf(missing.length > 0)('the metrics of API and worker', () => {
  let darkroom: Installation
  let api: ApiProcess
  let prometheus: Prometheus
  let workerMetrics: string

  beforeAll(async () => {
    darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
    const port = await freePort()
    ;[api] = await Promise.all([darkroom.api(), darkroom.worker('worker-a', { env: { METRICS_PORT: String(port) } })])
    workerMetrics = `http://127.0.0.1:${port}/metrics`
    prometheus = await startPrometheus(programs.prometheus!, {
      jobs: { 'darkroom-api': api.port, 'darkroom-worker': port },
      rules: join(FOLDER, 'alerts.yml'),
    })
    // A counter that appears has no rate before it grows once more.
    for (let wave = 1; wave <= 2; wave++) {
      await someWork(api.url)
      const isScraped = `sum(darkroom_tasks_ended_total{status="completed"}) >= ${wave * PHOTOS}
        and sum(darkroom_jobs_completed_total) >= ${wave * PHOTOS}`
      await until(async () => (await prometheus.query(isScraped)).length > 0, {
        what: `wave ${wave}`,
        timeoutMs: 20_000,
      })
    }
  })
  afterAll(async () => {
    await prometheus.stop()
    await darkroom.stop()
  })

  test('answer every query of the dashboard', async () => {
    const { panels } = JSON.parse(await readFile(join(FOLDER, 'grafana', 'dashboards', 'darkroom.json'), 'utf8')) as {
      panels: Panel[]
    }
    const asked = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
    expect(asked.length).toBeGreaterThan(0)
    const empty: typeof asked = []
    for (const { title, expr } of asked) {
      const series = await prometheus.query(expr.replaceAll('$__rate_interval', RATE_INTERVAL))
      if (!series.some(({ value }) => Number.isFinite(Number(value[1])))) empty.push({ title, expr })
    }
    expect(empty.filter(({ expr }) => MAY_BE_EMPTY[expr] === undefined)).toEqual([])
    const queries = new Set(asked.map(({ expr }) => expr))
    expect(Object.keys(MAY_BE_EMPTY).filter((expr) => !queries.has(expr))).toEqual([])
  })

  test('answer every query of the alerts, and none of them fires', async () => {
    const rules = await readFile(join(FOLDER, 'alerts.yml'), 'utf8')
    const expressions = [...rules.matchAll(/^ +expr: (?:>\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
      ([, folded, plain]) => folded ?? plain ?? '',
    )
    expect(expressions.length).toBe([...rules.matchAll(/alert:/g)].length)
    for (const expression of expressions) expect(await prometheus.query(expression), expression).toEqual([])
    // Without its bound, each has something to compare.
    const operands = expressions.map((expression) => expression.replace(/ (==|>) [\d.]+/g, '').trim())
    for (const operand of operands.filter((text) => !text.includes('task_failures') && !text.includes(' / ')))
      expect((await prometheus.query(operand)).length, operand).toBeGreaterThan(0)
  })

  test('have names as Prometheus recommends', async () => {
    for (const url of [`${api.url}/metrics`, workerMetrics]) {
      const { body } = await get<string>(url)
      expect(body).toContain('# TYPE darkroom_')
      expect(await complaintsOf(body)).toBe('')
    }
  })
})

const PHOTOS = 3

/** Photos that are processed and read, and a damaged one that fails. */
async function someWork(url: string): Promise<void> {
  const bytes = await sampleJpeg({ width: 400, height: 300 })
  const photos = [...Array.from({ length: PHOTOS }, () => bytes), await corruptJpeg()]
  await eachOf(photos, PHOTOS, async (photo) => {
    const { id } = await accepted(url, { bytes: photo })
    await ended(url, id)
  })
  for (let count = 0; count < 3; count++) await get(`${url}/api/v1/tasks?limit=5`)
}

/** What `promtool check metrics` says of them. */
function complaintsOf(metrics: string): Promise<string> {
  return new Promise((resolve) => {
    const check = execFile(programs.promtool!, ['check', 'metrics'], (error, stdout, stderr) =>
      resolve(error ? `${stdout}${stderr}` || error.message : ''),
    )
    check.stdin?.end(metrics)
  })
}
