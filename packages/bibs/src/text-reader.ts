import { fittedSize, type RgbPixels, scalePixels } from '@darkroom/images'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { BibModelsError } from './bib-models-error.ts'
import { cutOut } from './cut-out.ts'
import { charactersOf, type Models } from './models.ts'
import { findTextAreas } from './text-areas.ts'
import type { TiltedBox } from './tilted-box.ts'

/** A piece of text in a picture. */
export interface Text {
  text: string
  /** Mean over its characters, 0 to 1. */
  confidence: number
  /** In pixels of the picture. */
  box: TiltedBox
}

export interface TextReader {
  /** The longest side at which text is looked for. */
  read(picture: RgbPixels, side: number): Promise<Text[]>
  close(): Promise<void>
}

/** Every slot is a process, so each has one thread; an arena would keep the memory of its peak. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: false,
  enableMemPattern: false,
  logSeverityLevel: 3,
}
/** Of ImageNet: what the detector was trained with. */
const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
/** Sides of the detector's input are multiples of this. */
const GRID_PX = 32
/** Input of the recognizer. */
const LINE_HEIGHT_PX = 48
const MOST_LINE_WIDTH_PX = 320
const LEAST_LINE_WIDTH_PX = 16

export async function openTextReader(models: Models): Promise<TextReader> {
  const characters = await charactersOf(models)
  const detector = await openSession(models.detection)
  const recognizer = await openSession(models.recognition)
  return {
    async read(picture, side) {
      const boxes = await detect(detector, picture, side)
      const texts: Text[] = []
      for (const box of boxes) texts.push({ ...(await recognize(recognizer, characters, picture, box)), box })
      return texts
    },
    async close() {
      await detector.release()
      await recognizer.release()
    },
  }
}

async function openSession(path: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, SESSION_OPTIONS)
  } catch (error) {
    throw new BibModelsError(`The text model ${path} cannot be loaded.`, { cause: error })
  }
}

async function detect(session: InferenceSession, picture: RgbPixels, side: number): Promise<TiltedBox[]> {
  const fitted = fittedSize(picture, side)
  const onGrid = (length: number): number => Math.max(GRID_PX, Math.round(length / GRID_PX) * GRID_PX)
  const scaled = await scalePixels(picture, { width: onGrid(fitted.width), height: onGrid(fitted.height) })
  const { width, height } = scaled
  const map = await run(session, detectorInput(scaled), [height, width])
  const [scaleX, scaleY] = [picture.width / width, picture.height / height]
  return findTextAreas({ data: map.data as Float32Array, width, height }).map((box) => ({
    ...box,
    x: box.x * scaleX,
    y: box.y * scaleY,
    width: box.width * scaleX,
    height: box.height * scaleY,
  }))
}

function detectorInput({ data, width, height }: RgbPixels): Float32Array {
  const plane = width * height
  const planes = new Float32Array(plane * 3)
  for (let channel = 0; channel < 3; channel++) {
    const [mean, deviation] = [MEAN[channel] as number, DEVIATION[channel] as number]
    for (let at = 0; at < plane; at++)
      planes[channel * plane + at] = ((data[at * 3 + channel] as number) / 255 - mean) / deviation
  }
  return planes
}

async function recognize(session: InferenceSession, characters: string[], picture: RgbPixels, box: TiltedBox) {
  const wanted = Math.round((LINE_HEIGHT_PX * box.width) / box.height)
  const width = Math.min(MOST_LINE_WIDTH_PX, Math.max(LEAST_LINE_WIDTH_PX, wanted))
  const size = { width, height: LINE_HEIGHT_PX }
  const output = await run(session, cutOut(picture, box, size), [size.height, size.width])
  return decodeText(output.data as Float32Array, output.dims.at(-1) as number, characters)
}

async function run(session: InferenceSession, planes: Float32Array, [height, width]: [number, number]) {
  const input = new Tensor('float32', planes, [1, 3, height, width])
  const outputs = await session.run({ [session.inputNames[0] as string]: input })
  return outputs[session.outputNames[0] as string] as Tensor
}

/**
 * Greedy CTC decoding (Graves et al. 2006): the likeliest character of each step, without
 * repetitions and blanks, of which each has the number 0.
 */
function decodeText(steps: Float32Array, classes: number, characters: readonly string[]) {
  let [text, sum, count, previous] = ['', 0, 0, 0]
  for (let start = 0; start < steps.length; start += classes) {
    let best = 0
    for (let one = 1; one < classes; one++)
      if ((steps[start + one] as number) > (steps[start + best] as number)) best = one
    if (best !== 0 && best !== previous) {
      text += characters[best] ?? ''
      sum += steps[start + best] as number
      count += 1
    }
    previous = best
  }
  return { text, confidence: count === 0 ? 0 : sum / count }
}
