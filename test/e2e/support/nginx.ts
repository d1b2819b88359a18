import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@darkroom/testing'

const TEMP = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Runs nginx with these `server` and `map` blocks until it is stopped. */
export async function startNginx(program: string, { blocks, port }: { blocks: string; port: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  await Promise.all(TEMP.map((name) => mkdir(join(folder, name))))
  const isRoot = process.getuid?.() === 0
  const config = `${isRoot ? 'user root root;' : ''}
    daemon off;
    worker_processes 1;
    pid ${folder}/pid;
    error_log stderr warn;
    events {}
    http {
      access_log off;
      ${TEMP.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      ${blocks}
    }`
  const file = join(folder, 'nginx.conf')
  await writeFile(file, config)
  const nginx = spawn(program, ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  nginx.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(nginx, 'exit')
  await until(() => nginx.exitCode !== null || isListening(port), { what: 'nginx' })
  if (nginx.exitCode !== null) throw new Error(`nginx did not start:\n${said}`)
  return {
    stop: async (): Promise<void> => {
      nginx.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
