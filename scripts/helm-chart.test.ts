// The Helm chart in deploy/helm. What it renders is committed under deploy/helm/rendered: a change
// is seen in review, and can be checked without Helm.
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import { TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { KINDS } from '../packages/contracts/src/kinds/kinds.ts'
import { findProgram } from '../packages/local-services/src/find-program.ts'

const HELM = join(import.meta.dirname, '..', 'deploy', 'helm')
const CHART = join(HELM, 'darkroom')
/** Beside the other downloaded programs; those on PATH come first. */
const TOOLS = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'darkroom', 'bin')

/** Values of different installations. */
const CASES = {
  default: {},
  s3: {
    storage: 's3',
    s3: {
      ...{ endpoint: 'https://s3.example.com', region: 'eu-central-1', bucket: 'photos' },
      ...{ forcePathStyle: false, downloads: 'redirect' },
    },
    keda: { enabled: true },
  },
  'external-secrets': {
    image: { prefix: 'registry.example.com/media/', tag: '1.2.3', pullSecrets: ['registry'] },
    redis: { existingSecret: 'stores', key: 'queue' },
    redisCache: { existingSecret: 'stores', key: 'cache' },
    mongodb: { existingSecret: 'stores', key: 'mongo' },
    authority: { existingConfigMap: 'authority' },
    disk: { existingClaim: 'photos' },
    settings: { LOG_LEVEL: 'warn', JOB_DEADLINE_MS: 20_000 },
    api: { existingSecret: 'operators', settings: { AUTH: 'keys', TRUST_PROXY: '10.1.0.0/16', LOG_LEVEL: 'info' } },
    ingress: { enabled: true, className: 'nginx', host: 'photos.example.com', tlsSecret: 'photos-tls' },
    keda: { enabled: true, existingSecret: 'keda', key: 'key' },
    networkPolicy: { apiFrom: [{ podSelector: { matchLabels: { app: 'ingress' } } }] },
  },
}
const KEDA = { ScaledObject, TriggerAuthentication }
/** Paths of the API that an ingress does not publish: those of probes and Prometheus. */
const INSIDE = ['/livez', '/metrics', '/readyz']
const cases = Object.keys(CASES) as (keyof typeof CASES)[]

interface Env {
  name: string
  value?: string
  valueFrom?: unknown
}
interface Container {
  env: Env[]
  securityContext: unknown
  resources: unknown
  [probe: `${string}Probe`]: unknown
}
interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string; labels: Record<string, string> }
  spec: Record<string, never> & {
    selector: { matchLabels: Record<string, string> }
    template: { metadata: Resource['metadata']; spec: { containers: Container[] } & Record<string, unknown> }
  }
}

interface Trigger {
  metadata: Record<string, string>
  authenticationRef?: { name: string }
}

const source = (path: string): string => readFileSync(join(HELM, '..', '..', path), 'utf8')
const pathsOfApi = (): string[] =>
  [...source('packages/client/src/api-types.ts').matchAll(/^ {4}"(\/[^"]*)": \{$/gm)]
    .map(([, path = '']) => path)
    .toSorted()
const pathsOfPage = (): string[] => {
  const list = /^const PATHS = \[(.*)\]$/m.exec(source('apps/api/src/routes/page/page-routes.ts'))?.[1] ?? ''
  return ['/', ...[...list.matchAll(/'([^']+)'/g)].map(([, path = '']) => path)]
}

const rendered = (name: string): Resource[] =>
  parseAllDocuments(readFileSync(join(HELM, 'rendered', `${name}.yaml`), 'utf8')).map((document) => document.toJS())
const of = (name: string, kind: string): Resource[] => rendered(name).filter((resource) => resource.kind === kind)

describe('the values', () => {
  const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as {
    workers: Record<string, { kind: string; queue: string }>
  }

  it('have a worker of every kind, with its queue', () => {
    const workers = Object.entries(values.workers).map(([worker, { kind, queue }]) => ({ worker, kind, queue }))
    expect(workers).toEqual(Object.values(KINDS).map(({ worker, kind, queue }) => ({ worker, kind, queue })))
  })

  it('belong to the current version', () => {
    const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as { appVersion: string }
    const root = JSON.parse(readFileSync(join(HELM, '..', '..', 'package.json'), 'utf8')) as { version: string }
    expect(chart.appVersion).toBe(root.version)
  })
})

describe.each(cases)('%s', (name) => {
  it('is valid for Kubernetes and KEDA', () => {
    expect(rendered(name).length).toBeGreaterThan(5)
    expect(rendered(name).flatMap(faultsOf)).toEqual([])
  })

  it('would not be valid with a misspelled or missing field', () => {
    for (const resource of rendered(name)) {
      const { spec, ...rest } = resource
      expect([resource.kind, faultsOf({ ...rest, spec: { ...spec, selektor: {} } } as never).length > 0]).toEqual([
        resource.kind,
        !(resource.kind in KEDA),
      ])
    }
    for (const { spec, ...rest } of of(name, 'ScaledObject'))
      expect(faultsOf({ ...rest, spec: { ...spec, scaleTargetRef: {} } } as never)).not.toEqual([])
    for (const { spec, ...rest } of of(name, 'TriggerAuthentication'))
      expect(faultsOf({ ...rest, spec: { ...spec, secretTargetRef: [{}] } } as never)).not.toEqual([])
  })

  it('contains no secret, only references to Secrets', () => {
    expect(of(name, 'Secret')).toEqual([])
    const env = of(name, 'Deployment').flatMap(({ spec }) => spec.template.spec.containers[0]?.env ?? [])
    const secrets = env.filter((variable) => /_URL$|TOKEN|_KEYS?$|PASSWORD|SECRET/.test(variable.name))
    expect(secrets.map((variable) => variable.name)).toContain('REDIS_URL')
    for (const variable of secrets) expect(variable).toEqual({ name: variable.name, valueFrom: expect.anything() })
  })

  it('gives MongoDB to the API only', () => {
    const withMongo = of(name, 'Deployment').filter(({ spec }) =>
      spec.template.spec.containers.some(({ env }) => env.some((variable) => variable.name === 'MONGODB_URL')),
    )
    expect(withMongo.map(({ metadata }) => metadata.name)).toEqual(['darkroom-api'])
  })

  it('runs every pod without privileges, with probes, requests and no setting twice', () => {
    for (const { spec } of of(name, 'Deployment')) {
      const [container] = spec.template.spec.containers
      expect(spec.template.spec['securityContext']).toMatchObject({ runAsNonRoot: true })
      expect(spec.template.spec['automountServiceAccountToken']).toBe(false)
      expect(container).toMatchObject({
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
        startupProbe: { httpGet: { path: '/livez' } },
        livenessProbe: { httpGet: { path: '/livez' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
        resources: { requests: expect.anything(), limits: { memory: expect.anything() } },
      })
      const names = container?.env.map((variable) => variable.name) ?? []
      expect(names).toEqual([...new Set(names)])
    }
  })

  it('selects exactly the pods of each Deployment, with a budget and a policy for each', () => {
    const pods = of(name, 'Deployment').map(({ spec }) => spec.template.metadata.labels)
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'NetworkPolicy']) {
      const selected = of(name, kind).map((resource) => {
        const labels = (resource.spec.selector ?? resource.spec['podSelector']) as { matchLabels: object }
        return pods.findIndex((pod) => Object.entries(labels.matchLabels).every(([key, value]) => pod[key] === value))
      })
      expect([kind, selected.toSorted((a, b) => a - b)]).toEqual([kind, pods.map((_, index) => index)])
    }
  })

  it('scales an existing Deployment by the load of the queue of each kind, or a fixed number', () => {
    const workers = of(name, 'Deployment').filter(({ metadata }) => metadata.name !== 'darkroom-api')
    const scaled = of(name, 'ScaledObject')
    expect(workers.map(({ spec }) => 'replicas' in spec)).toEqual(workers.map(() => scaled.length === 0))
    for (const { spec } of scaled as unknown as { spec: Record<string, unknown> }[]) {
      expect(workers.map(({ metadata }) => ({ name: metadata.name }))).toContainEqual(spec['scaleTargetRef'])
      const path = Object.values(KINDS).map(({ queue }) => `/api/v1/queues/${queue}/load`)
      const [{ metadata }] = spec['triggers'] as [{ metadata: Record<string, string> }]
      expect(path).toContain(new URL(metadata['url'] ?? '').pathname)
      expect(metadata).toMatchObject({ valueLocation: 'workSeconds', activationTargetValue: '0' })
      expect(spec['minReplicaCount']).toBe(0)
    }
  })

  it('gives KEDA a key wherever the API requires one', () => {
    const env = of(name, 'Deployment').flatMap(({ spec }) => spec.template.spec.containers[0]?.env ?? [])
    const isKeyed = env.some((variable) => variable.name === 'AUTH' && variable.value === 'keys')
    const secrets = of(name, 'TriggerAuthentication').map(({ metadata, spec }) => [metadata.name, spec])
    const key = [{ parameter: 'token', name: 'keda', key: 'key' }]
    expect(secrets).toEqual(isKeyed ? [['darkroom-api', { secretTargetRef: key }]] : [])
    for (const { spec } of of(name, 'ScaledObject')) {
      const [{ metadata, authenticationRef }] = spec['triggers'] as unknown as [Trigger]
      expect([metadata['authMode'], authenticationRef?.name]).toEqual(
        isKeyed ? ['bearer', secrets[0]?.[0]] : [undefined, undefined],
      )
    }
  })

  it('publishes what clients and the web page need, not what is for operators inside the cluster', () => {
    expect(pathsOfPage()).toContain('/tasks/:id')
    for (const { spec } of of(name, 'Ingress')) {
      const [{ http }] = spec['rules'] as unknown as [{ http: { paths: { path: string; pathType: string }[] } }]
      const isPublished = (path: string): boolean =>
        http.paths.some(
          (rule) => path === rule.path || (rule.pathType === 'Prefix' && path.startsWith(`${rule.path}/`)),
        )
      const forClients = [
        ...pathsOfApi(),
        ...pathsOfPage(),
        '/assets/x.js',
        '/docs/x.js',
        '/socket.io/',
        '/admin/login',
      ]
      expect(forClients.filter((path) => !isPublished(path))).toEqual(INSIDE)
      expect([...INSIDE, '/admin', '/admin/queues'].filter(isPublished)).toEqual([])
    }
  })

  it('keeps files on a volume for all pods, or in a bucket', () => {
    const isDisk = !('storage' in CASES[name])
    for (const { spec } of of(name, 'Deployment')) {
      const [data] = spec.template.spec['volumes'] as Record<string, unknown>[]
      expect(Object.keys(data ?? {})).toEqual(['name', isDisk ? 'persistentVolumeClaim' : 'emptyDir'])
    }
    expect(of(name, 'PersistentVolumeClaim').length).toBe(name === 'default' ? 1 : 0)
  })
})

describe('Helm', () => {
  // Other versions write the same resources in another order.
  const helm = toolNamed('helm', 'helm.sh/helm/v4/cmd/helm', /^v4\./)
  const kubeconform = toolNamed('kubeconform', 'github.com/yannh/kubeconform/cmd/kubeconform')
  const run = (args: string[], input: unknown = {}) =>
    execFileSync(helm ?? '', args, { encoding: 'utf8', input: JSON.stringify(input), stdio: 'pipe' })
  const template = (values: unknown) =>
    run(['template', 'darkroom', CHART, '--namespace', 'media', '--values', '-'], values)

  it.skipIf(!helm).each(cases)('renders %s as committed', async (name) => {
    await expect(template(CASES[name])).toMatchFileSnapshot(join(HELM, 'rendered', `${name}.yaml`))
  })

  it.skipIf(!helm)('finds no fault in the chart', () => {
    expect(run(['lint', '--strict', CHART])).toContain('0 chart(s) failed')
  })

  it.skipIf(!helm).each([
    ['a secret among the settings', { settings: { ADMIN_TOKEN: 'x' } }],
    ['an unknown value', { redis: { password: 'x' } }],
    ['S3 without a bucket', { storage: 's3' }],
    ['an unknown storage', { storage: 'tape' }],
    ['an unknown way of downloads', { s3: { downloads: 'mail' } }],
    ['KEDA without the key that the API requires', { settings: { AUTH: 'keys' }, keda: { enabled: true } }],
    ['a path that does not begin with a slash', { ingress: { paths: ['api'] } }],
  ])('refuses %s', (_name, values) => {
    expect(() => template(values)).toThrow()
  })

  it.skipIf(!kubeconform)('renders what kubeconform accepts', () => {
    const schemas = join(HELM, 'schemas', '{{.ResourceKind}}{{.KindSuffix}}.json')
    const files = globSync(join(HELM, 'rendered', '*.yaml'))
    // Its schemas are those of Kubernetes; the test above checks what KEDA reads.
    const args = ['-strict', '-summary', '-skip', Object.keys(KEDA).join(','), '-schema-location', schemas, ...files]
    expect(execFileSync(kubeconform ?? '', args, { encoding: 'utf8' })).toMatch(
      /Valid: [1-9]\d*, Invalid: 0, Errors: 0/,
    )
  })
})

function faultsOf(resource: Resource): string[] {
  const about = `${resource.kind} ${resource.metadata.name}: `
  if (resource.kind in KEDA) {
    try {
      new KEDA[resource.kind as keyof typeof KEDA](resource as never).validate()
      return []
    } catch (error) {
      return [about + String(error)]
    }
  }
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  return ajv.validate(schemaOf(resource), resource) ? [] : [about + ajv.errorsText()]
}

/** The file name is that of kubeconform. */
function schemaOf({ apiVersion, kind }: Resource): object {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const parts = [kind.toLowerCase(), ...(group ? [group.split('.')[0]] : []), version]
  return JSON.parse(readFileSync(join(HELM, 'schemas', `${parts.join('-')}.json`), 'utf8')) as object
}

/** Prints why it is not tested, if it is not found. */
function toolNamed(name: string, module: string, version = /./): string | undefined {
  const paths = [process.env['PATH'], TOOLS].join(delimiter).split(delimiter)
  const found = paths
    .map((path) => findProgram(name, { PATH: path }))
    .find(
      (file) =>
        file &&
        version.test(execFileSync(file, name === 'helm' ? ['version', '--short'] : ['-v'], { encoding: 'utf8' })),
    )
  if (!found) console.log(`${name} is not tested: not on PATH. To get it: GOBIN=${TOOLS} go install ${module}@latest`)
  return found
}
