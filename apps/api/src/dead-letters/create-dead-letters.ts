import type { MongoConnection } from '../mongo/create-mongo.ts'
import { CountDeadLettersHandler } from './count-dead-letters.ts'
import { DeadLetterStore } from './dead-letter-store.ts'
import { ReplayDeadLettersHandler } from './replay-dead-letters.ts'

type Retry = ConstructorParameters<typeof ReplayDeadLettersHandler>[0]['retry']

/** Tasks that have used up their attempts. */
export function createDeadLetters({ mongo, retry }: { mongo: MongoConnection; retry: Retry }) {
  const store = new DeadLetterStore(mongo)
  return { handlers: [new CountDeadLettersHandler({ store }), new ReplayDeadLettersHandler({ store, retry })] }
}
