import { MongoClient, type Db } from 'mongodb'
import { checkClock } from './check-clock.ts'
import { findingsOf, messageOf, placeOf, type Finding, type Report } from './finding.ts'

const ANSWER_MS = 3000
/** As the API writes: an acknowledged write survives a crash. */
const DURABLE = { writeConcern: { w: 'majority', journal: true, wtimeoutMS: ANSWER_MS } } as const

/** Whether MongoDB responds and accepts durable writes. The caller closes the client. */
export async function checkMongo(url: string): Promise<{ findings: Finding[]; mongo: MongoClient | undefined }> {
  const { findings, report } = findingsOf('MongoDB')
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: ANSWER_MS,
    connectTimeoutMS: ANSWER_MS,
    socketTimeoutMS: ANSWER_MS * 2,
  })
  try {
    await client.connect()
    await checkSetup(report, client.db(), url)
    return { findings, mongo: client }
  } catch (error) {
    await client.close().catch(() => {})
    report('FAIL', `${placeOf(url)} does not respond: ${messageOf(error)}`, cureOf(messageOf(error)))
    return { findings, mongo: undefined }
  }
}

async function checkSetup(report: Report, db: Db, url: string): Promise<void> {
  const at = Date.now()
  const hello = await db.command({ hello: 1 })
  const answeredAt = Date.now()
  const { version } = (await db.command({ buildInfo: 1 }).catch(() => ({ version: 'unknown' }))) as { version: string }
  const kind = typeof hello['setName'] === 'string' ? `replica set ${hello['setName']}` : 'standalone'
  report(
    'OK',
    `${placeOf(url)} responds in ${answeredAt - at} ms, version ${version}, ${kind}, database ${db.databaseName}`,
  )
  await checkWrites(report, db)
  if (hello['localTime'] instanceof Date) checkClock(report, hello['localTime'].getTime(), { at, answeredAt })
}

async function checkWrites(report: Report, db: Db): Promise<void> {
  const probes = db.collection('doctor')
  try {
    const startedAt = Date.now()
    const { insertedId } = await probes.insertOne({ at: new Date() }, DURABLE)
    const tookMs = Date.now() - startedAt
    await probes.deleteOne({ _id: insertedId })
    const slow = tookMs > 500
    report(
      slow ? 'WARN' : 'OK',
      `a journaled majority write takes ${tookMs} ms`,
      slow ? 'Every upload waits for one: check its disk.' : undefined,
    )
  } catch (error) {
    report(
      'FAIL',
      `does not accept a journaled majority write: ${messageOf(error)}`,
      'Give the user in MONGODB_URL write permission; a replica set needs a majority of its members.',
    )
  }
}

function cureOf(message: string): string {
  if (/auth/i.test(message))
    return 'Correct the user and password in MONGODB_URL (and authSource, if the user belongs to another database).'
  return 'Start MongoDB, or correct MONGODB_URL. Nothing is accepted without it.'
}
