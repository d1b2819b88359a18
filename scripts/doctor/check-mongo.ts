import { MongoClient, type Db } from 'mongodb'
import { checkClock } from './check-clock.ts'
import { findingsOf, messageOf, placeOf, type Finding, type Report } from './finding.ts'

const ANSWER_MS = 3000
/** As the API writes: acknowledged means that it survives a crash. */
const DURABLE = { writeConcern: { w: 'majority', journal: true, wtimeoutMS: ANSWER_MS } } as const

/** Whether MongoDB answers and takes durable writes. The caller closes the client. */
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
    report('FAIL', `${placeOf(url)} does not answer: ${messageOf(error)}`, cureOf(messageOf(error)))
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
    `${placeOf(url)} answers in ${answeredAt - at} ms, version ${version}, ${kind}, database ${db.databaseName}`,
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
      slow ? 'Every upload waits for one: look at its disk.' : undefined,
    )
  } catch (error) {
    report(
      'FAIL',
      `takes no journaled majority write: ${messageOf(error)}`,
      'Give the user of MONGODB_URL the right to write; a replica set needs a majority of its members.',
    )
  }
}

function cureOf(message: string): string {
  if (/auth/i.test(message))
    return 'Put the right user and password into MONGODB_URL (and authSource, if the user is of another database).'
  return 'Start MongoDB, or correct MONGODB_URL. Without it nothing is accepted.'
}
