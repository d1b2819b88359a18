import type { MongoConnection } from '../mongo/create-mongo.ts'
import { AuditStore } from './audit-store.ts'
import { ListAuditHandler } from './list-audit.ts'

export type Audit = ReturnType<typeof createAudit>

/** The log of what administrators did. */
export function createAudit({ mongo }: { mongo: MongoConnection }) {
  const store = new AuditStore(mongo)
  return { store, prepare: () => store.prepare(), handlers: [new ListAuditHandler({ store })] }
}
