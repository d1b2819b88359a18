// deploy/observability: the alert rules, tried by Prometheus' own tool, and its configuration.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '@darkroom/local-services'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const folder = join(import.meta.dirname, '..', 'deploy', 'observability')
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const promtool = findProgram('promtool', process.env)
if (promtool === undefined) console.log('The alert rules are not tested: promtool is not on PATH.')

it.skipIf(promtool === undefined)('each alert fires when it should, and not otherwise', () => {
  const run = (...args: string[]): string =>
    execFileSync(promtool!, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  expect(run('check', 'rules', 'alerts.yml')).toContain('SUCCESS')
  expect(run('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS')
})

it('each alert has a case in which it fires and one in which it does not, and a line in the manual', () => {
  const alerts = [...read('alerts.yml').matchAll(/alert: (\w+)$/gm)].map(([, name = '']) => name)
  const manual = readFileSync(join(folder, '..', '..', 'docs', 'operations.md'), 'utf8')
  expect(alerts.length).toBeGreaterThan(0)
  for (const name of alerts) {
    expect(read('alerts.test.yml')).toContain(`alertname: ${name}, exp_alerts: []`)
    expect(read('alerts.test.yml')).toMatch(new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels`))
    expect(manual).toContain(`| \`${name}\` |`)
  }
})

it('has the key for the metrics of the API ready, to be uncommented, and not for those of workers', () => {
  const text = read('prometheus.yml').replaceAll('# authorization:', 'authorization:')
  const { scrape_configs } = parse(text) as { scrape_configs: { job_name: string; authorization?: unknown }[] }
  expect(scrape_configs.map(({ job_name, authorization }) => [job_name, authorization])).toEqual([
    ['darkroom-api', { credentials_file: 'metrics.key' }],
    ['darkroom-worker', undefined],
  ])
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toContain('metrics.key')
})
