// Reads a Compose file as `docker compose config` does, as far as ours need it: variables, anchors
// and `extends`. For tests, as there may be no Docker.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'

type Tree = Record<string, unknown>

export interface ComposeService extends Tree {
  build?: { context: string; args: Record<string, string> }
  image?: string
  command?: string[]
  environment?: Record<string, string | null>
  networks?: string[]
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, unknown>
}

export interface ComposeFile {
  services: Record<string, ComposeService>
  networks: Record<string, { internal?: boolean | string } | null>
  volumes: Tree
  /** Variables without a value and without a default, which Compose replaces by nothing. */
  unset: string[]
}

/** @throws if a variable that the file requires has no value, with the message in the file */
export function readComposeFile(path: string, env: Record<string, string>): ComposeFile {
  const unset: string[] = []
  const given = parse(readFileSync(path, 'utf8'), { merge: true }) as Tree
  const file = interpolate(given, env, unset) as Partial<ComposeFile>
  const services = Object.entries(file.services ?? {}).map(([name, service]) => {
    const { extends: base, ...own } = service as ComposeService & { extends?: { file: string; service: string } }
    if (!base) return [name, own]
    const other = readComposeFile(join(dirname(path), base.file), env)
    unset.push(...other.unset)
    return [name, merged(other.services[base.service] ?? {}, own)]
  })
  return {
    services: Object.fromEntries(services) as ComposeFile['services'],
    networks: file.networks ?? {},
    volumes: file.volumes ?? {},
    unset,
  }
}

const VARIABLE = /\$(?:(\$)|(\w+)|\{(\w+)(?:(:?)([-?+])([^}]*))?\})/g

function interpolate(node: unknown, env: Record<string, string>, unset: string[]): unknown {
  if (Array.isArray(node)) return node.map((item) => interpolate(item, env, unset))
  if (typeof node === 'object' && node !== null)
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, interpolate(value, env, unset)]))
  if (typeof node !== 'string') return node
  return node.replaceAll(VARIABLE, (_all, dollar, plain, braced, colon, operator, text = '') => {
    if (dollar) return '$'
    const name = String(plain ?? braced)
    const value = env[name]
    const isSet = colon ? Boolean(value) : value !== undefined
    if (operator === '+') return isSet ? text : ''
    if (isSet) return value
    if (operator === '-') return text
    if (operator === '?') throw new Error(`required variable ${name} is missing a value: ${text}`)
    if (value === undefined) unset.push(name)
    return ''
  })
}

/** Maps are merged, lists appended, everything else replaced. */
function merged(base: unknown, own: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(own)) return [...base, ...own]
  if (!isMap(base) || !isMap(own)) return own
  const both = Object.keys(own).filter((key) => key in base)
  return { ...base, ...own, ...Object.fromEntries(both.map((key) => [key, merged(base[key], own[key])])) }
}

const isMap = (node: unknown): node is Tree => typeof node === 'object' && node !== null && !Array.isArray(node)
