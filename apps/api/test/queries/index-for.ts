/** An index as listed by the server. */
export interface Index {
  name: string
  key: Record<string, unknown>
  unique?: boolean
  partialFilterExpression?: Record<string, { $type: string }>
}

/** The query part of a command. */
export interface Question {
  filter: Record<string, unknown>
  sort?: Record<string, unknown> | undefined
  /** Fields by which the documents found by the index may be filtered. */
  sifts?: readonly string[]
}

/**
 * How well an index supports a query: `few` if it finds at most a few documents by identifying
 * fields; `faults` lists what is missing.
 */
export interface Use {
  index: string
  few: boolean
  faults: string[]
  /** The number of fields of the filter that it covers. */
  covered: number
}

/**
 * Fields with few documents per value, however many are stored: filtering or sorting those is
 * cheap.
 */
const FEW = new Set(['_id', 'jobId', 'idempotency.key', 'batchId', 'photo'])
const OR = ' or '
const RANGES = ['$lt', '$lte', '$gt', '$gte', '$type']

type Conditions = Map<string, Record<string, unknown>>

/** The index that supports a query best, by the rules of MongoDB's planner. */
export function indexFor(question: Question, indexes: readonly Index[]): Use {
  const whole = bestOf(question, indexes)
  const { $or: branches, ...rest } = question.filter
  if (whole.faults.length === 0 || !Array.isArray(branches)) return whole
  // Each branch may use its own index; the fields outside the branches filter the results.
  const uses = (branches as Question['filter'][]).map((filter) => bestOf({ ...question, filter }, indexes))
  const isServed = uses.every(({ faults }) => faults.length === 0)
  if (!isServed || !Object.keys(rest).every((field) => question.sifts?.includes(field))) return whole
  const covered = Math.min(...uses.map((use) => use.covered))
  return { index: uses.map(({ index }) => index).join(', '), few: uses.every(({ few }) => few), faults: [], covered }
}

function bestOf(question: Question, indexes: readonly Index[]): Use {
  const conditions = conditionsOf(question.filter)
  const uses = indexes.map((index) => useOf(index, conditions, question))
  const byUse = (a: Use, b: Use): number => a.faults.length - b.faults.length || b.covered - a.covered
  return uses.toSorted(byUse)[0] ?? { index: 'none', few: false, faults: ['the collection has no index'], covered: 0 }
}

function useOf(
  { name, key, partialFilterExpression = {} }: Index,
  conditions: Conditions,
  { sort, sifts = [] }: Question,
): Use {
  const fields = Object.keys(key)
  const equal = fields.slice(
    0,
    countWhile(fields, (field) => isEquality(conditions.get(field))),
  )
  const next = fields[equal.length]
  const covered = [...equal, ...(next !== undefined && isRange(conditions.get(next)) ? [next] : [])]
  const few = equal.some((field) => FEW.has(field))
  const faults = Object.entries(partialFilterExpression)
    .filter(([field, { $type }]) => conditions.get(field)?.$type !== $type)
    .map(
      ([field, { $type }]) =>
        `${name} has no other documents than those with { ${field}: { $type: '${$type}' } }: the filter must say so`,
    )
  if (covered.length === 0) faults.push(`no field of the filter begins ${name}`)
  if (!few && sort && !isInOrder(key, equal.length, sort)) faults.push(`${name} is not in the order of the sort`)
  const isSifted = (field: string): boolean =>
    !covered.includes(field) && !(field in partialFilterExpression) && !sifts.includes(field)
  const sifted = [...conditions.keys()].filter((fields) => fields.split(OR).every(isSifted))
  if (!few && sifted.length > 0) faults.push(`what ${name} finds is sifted by ${sifted.join(', ')}`)
  return { index: name, few, faults, covered: covered.length }
}

function conditionsOf(filter: Record<string, unknown>, into: Conditions = new Map()): Conditions {
  for (const [field, value] of Object.entries(filter)) {
    if (field === '$and') (value as Record<string, unknown>[]).forEach((part) => conditionsOf(part, into))
    // If an index bounds one of its fields, it only filters the documents at that bound.
    else if (field === '$or') into.set((value as object[]).flatMap((branch) => Object.keys(branch)).join(OR), {})
    else into.set(field, { ...into.get(field), ...(isOperators(value) ? value : { $eq: value }) })
  }
  return into
}

const isOperators = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.keys(value).some((name) => name.startsWith('$'))

const isEquality = (condition: Record<string, unknown> | undefined): boolean =>
  condition !== undefined && ('$eq' in condition || '$in' in condition)

const isRange = (condition: Record<string, unknown> | undefined): boolean =>
  condition !== undefined && RANGES.some((operator) => operator in condition)

/** Whether an index, from its field `from` on, has the order of a sort, forwards or backwards. */
function isInOrder(key: Record<string, unknown>, from: number, sort: Record<string, unknown>): boolean {
  const rest = Object.entries(key).slice(from)
  const turns = Object.entries(sort).map(([field, direction], at) =>
    rest[at]?.[0] === field ? Number(rest[at][1]) * Number(direction) : Number.NaN,
  )
  return turns.every((turn) => turn === turns[0])
}

const countWhile = <T>(items: readonly T[], holds: (item: T) => boolean): number => {
  const end = items.findIndex((item) => !holds(item))
  return end === -1 ? items.length : end
}
