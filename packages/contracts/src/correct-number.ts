/** Digits that are read for one another, in pairs: hidden, folded or blurred they look alike. */
const CONFUSED = ['06', '08', '09', '14', '17', '27', '35', '38', '49', '56', '68', '89'] as const

const CONFUSIONS = new Map(
  [...'0123456789'].map((digit) => [
    digit,
    CONFUSED.filter((pair) => pair.includes(digit)).map((pair) => pair.replace(digit, '')),
  ]),
)

/** What can begin or end a number. */
const CHARACTERS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** With fewer legible digits nearly every number could be meant. */
const LEAST_LEGIBLE = 2

/**
 * The number of a roster that a reading stands for: the reading itself if it is listed; otherwise
 * the only listed number that one confused digit, or one digit lost or added at an edge, turns into
 * this reading. Undefined if there is no such number, or more than one.
 */
export function correctNumber(read: string, roster: Pick<ReadonlySet<string>, 'has'>): string | undefined {
  if (roster.has(read)) return read
  const listed = new Set([...confusedWith(read), ...cutFrom(read), ...grownTo(read)].filter((each) => roster.has(each)))
  const [only] = listed
  return listed.size === 1 ? only : undefined
}

/** One digit was taken for another. */
const confusedWith = (read: string): string[] =>
  [...read].flatMap((digit, at) =>
    (CONFUSIONS.get(digit) ?? []).map((other) => read.slice(0, at) + other + read.slice(at + 1)),
  )

/** The first or last digit was hidden. */
const cutFrom = (read: string): string[] =>
  read.length < LEAST_LEGIBLE ? [] : CHARACTERS.flatMap((character) => [character + read, read + character])

/** Something at an edge was taken for a digit. */
const grownTo = (read: string): string[] => (read.length <= LEAST_LEGIBLE ? [] : [read.slice(1), read.slice(0, -1)])
