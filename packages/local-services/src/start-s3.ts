import { askS3 } from './ask-server.ts'
import { fetchVersitygw } from './fetch-versitygw.ts'
import { findProgram } from './find-program.ts'
import { type Attempt, firstThatWorks } from './first-that-works.ts'
import { useGivenServer } from './given-server.ts'
import { startOwnedProcess } from './owned-process.ts'
import { newS3Access, s3Url, versitygwProgram } from './s3-program.ts'
import { serviceOfProcess } from './service-of-process.ts'
import type { S3Service, ServiceContext } from './service.ts'

const WAYS_OUT = [
  'set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY to those of an S3 server',
  'install versitygw so that it is on PATH',
  'install Go, to build it',
]

/**
 * Finds or starts an S3 server: the one in the environment, otherwise the first of the methods
 * below that works.
 */
export async function startS3(context: ServiceContext): Promise<S3Service> {
  const { S3_ENDPOINT: given } = context.env
  if (given) return givenServer(given, context)
  return firstThatWorks(
    'S3',
    [
      {
        name: 'versitygw on PATH',
        attempt: () => runVersitygw(findProgram('versitygw', context.env), 'on PATH', context),
      },
      { name: 'building it', attempt: () => builtVersitygw(context) },
    ],
    { describe: (s3) => s3.description, log: context.log, waysOut: WAYS_OUT },
  )
}

async function givenServer(url: string, { env, log }: ServiceContext): Promise<S3Service> {
  const { S3_ACCESS_KEY: accessKey = '', S3_SECRET_KEY: secretKey = '', S3_REGION: region } = env
  const service = await useGivenServer({ service: 'S3', variable: 'S3_ENDPOINT', url, ask: askS3, log })
  return Object.assign(service, { accessKey, secretKey, region: region || 'us-east-1' })
}

async function builtVersitygw(context: ServiceContext): Promise<Attempt<S3Service>> {
  const fetched = await fetchVersitygw(context)
  return 'found' in fetched ? runVersitygw(fetched.found, 'built from source', context) : fetched
}

async function runVersitygw(
  file: string | undefined,
  where: string,
  context: ServiceContext,
): Promise<Attempt<S3Service>> {
  if (file === undefined) return { skipped: 'not found' }
  const access = newS3Access()
  const server = await startOwnedProcess(versitygwProgram(file, access), context.folder)
  const about = {
    url: s3Url(server.port),
    description: `versitygw ${where}, port ${server.port}`,
    kind: 'process',
  } as const
  return { found: Object.assign(serviceOfProcess(server, about), access) }
}
