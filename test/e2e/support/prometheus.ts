import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@darkroom/local-services'
import { until } from '@darkroom/testing'

export interface Series {
  metric: Record<string, string>
  /** Seconds since 1970, and a number as text. */
  value: [number, string]
}

export type Prometheus = Awaited<ReturnType<typeof startPrometheus>>

/**
 * A real Prometheus that scrapes once a second, with a folder of its own.
 * @param jobs the names of scrape jobs, and the port of each
 */
export async function startPrometheus(
  program: string,
  { jobs, rules }: { jobs: Record<string, number>; rules: string },
) {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  const port = await freePort()
  const scrapes = Object.entries(jobs).map(
    ([name, target]) => `  - { job_name: ${name}, static_configs: [{ targets: ['127.0.0.1:${target}'] }] }\n`,
  )
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${JSON.stringify(rules)}]
scrape_configs:
${scrapes.join('')}`,
  )
  const server = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  server.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(server, 'exit')
  const url = `http://127.0.0.1:${port}`
  const isReady = async (): Promise<boolean> => {
    if (server.exitCode !== null) throw new Error(`Prometheus has ended:\n${output}`)
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  await until(isReady, { what: 'Prometheus', timeoutMs: 20_000 })
  return {
    /** The current series of an expression. Throws if Prometheus refuses it. */
    async query(expression: string): Promise<Series[]> {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`)
      const answer = (await response.json()) as { status: string; error?: string; data: { result: Series[] } }
      if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`)
      return answer.data.result
    },

    async stop(): Promise<void> {
      server.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
