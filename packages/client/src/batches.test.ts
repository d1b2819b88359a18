import { expect, it } from 'vitest'
import { sendInParts } from './batches.ts'
import { DarkroomError } from './darkroom-error.ts'
import type { BatchResult, Problem } from './types.ts'

type Sent = Awaited<ReturnType<Parameters<typeof sendInParts>[1]>>

const files = (count: number): Blob[] => Array.from({ length: count }, (_, at) => new File(['x'], `${at}.jpg`))
const nameOf = (file: Blob): string => (file as File).name
const refused = (code: Problem['code'], extra = {}): DarkroomError =>
  new DarkroomError(code, code, { problem: { code, ...extra } as Problem })

/** Accepts parts of up to this many files. */
function sending(most: number) {
  const sizes: number[] = []
  const send = async (part: Blob[]): Promise<Sent> => {
    if (part.length > most) throw refused('TOO_MANY_FILES')
    sizes.push(part.length)
    const items = part.map((file) => ({ name: nameOf(file), status: 'accepted' }))
    return { batchId: `b${sizes.length}`, items } as Sent
  }
  return { sizes, send }
}

const namesOf = (results: BatchResult[]): string[] => results.map(({ name }) => name)

it('sends 100 files at a time, and gives the results in their order', async () => {
  const { sizes, send } = sending(100)
  const given = files(250)
  const results = await Array.fromAsync(sendInParts(given, send))
  expect(sizes).toEqual([100, 100, 50])
  expect(namesOf(results)).toEqual(given.map(nameOf))
  expect(results.map(({ file }) => file)).toEqual(given)
  expect(results[249]).toMatchObject({ batchId: 'b3' })
})

it('sends less at a time if the files are large, and if the installation accepts fewer', async () => {
  const large = Array.from({ length: 3 }, (_, at) => Object.assign(new File(['x'], `${at}`), {}))
  for (const file of large) Object.defineProperty(file, 'size', { value: 40 * 1024 * 1024 })
  const one = sending(100)
  expect(await Array.fromAsync(sendInParts(large, one.send))).toHaveLength(3)
  expect(one.sizes).toEqual([1, 1, 1])

  const few = sending(30)
  const given = files(100)
  expect(namesOf(await Array.fromAsync(sendInParts(given, few.send)))).toEqual(given.map(nameOf))
  expect(few.sizes).toEqual([25, 25, 25, 25])
})

it('reads no more files than it has to', async () => {
  let read = 0
  async function* endless(): AsyncGenerator<Blob> {
    for (;;) yield new File(['x'], `${read++}.jpg`)
  }
  for await (const result of sendInParts(endless(), sending(100).send)) {
    expect(result.name).toBe('0.jpg')
    break
  }
  expect(read).toBe(101)
})

it('gives the reason for each file if all of them were refused', async () => {
  const items = files(2).map((file) => ({ name: nameOf(file), status: 'rejected' }))
  const send = () => Promise.reject(refused('BATCH_REJECTED', { items }))
  const results = await Array.fromAsync(sendInParts(files(2), send))
  expect(results.map(({ status, batchId }) => [status, batchId])).toEqual([
    ['rejected', undefined],
    ['rejected', undefined],
  ])
})

it.each(['BATCH_TOO_LARGE', 'STORAGE_FULL'] as const)('throws %s if nothing can be done about it', async (code) => {
  const sent = Array.fromAsync(sendInParts(files(1), () => Promise.reject(refused(code))))
  await expect(sent).rejects.toMatchObject({ code })
})
