import { type MeasuredPx, type RgbPixels, scalePixels } from '@darkroom/images'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { BibModelsError } from './bib-models-error.ts'
import { cutOut } from './cut-out.ts'
import { charactersOf, type Models } from './models.ts'
import { findTextAreas } from './text-areas.ts'
import { cornersOf, type Box, type TiltedBox } from './tilted-box.ts'

/** A piece of text in a picture. */
export interface Text {
  text: string
  /** Mean over its characters, 0 to 1. */
  confidence: number
  /** In pixels of the picture. */
  box: TiltedBox
  /** It reaches to where a tile ends, so it may be a piece of a text that another tile shows whole. */
  isCut?: boolean
}

/** One search of the picture. */
export interface Pass {
  /** The longest side to which the picture is scaled, up or down. */
  side: number
  /** Lower text, in pixels of the scaled picture, is left to other passes. */
  leastHeight: number
}

export interface TextReader {
  /** All passes, each at its own scale; what several of them find comes several times. */
  read(picture: RgbPixels, passes: readonly Pass[]): Promise<Text[]>
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
/** Enlarging small pictures further shows nothing new. */
const MOST_UPSCALING = 2
/** Of ImageNet: what the detector was trained with. */
const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
/** Sides of the detector's input are multiples of this. */
const GRID_PX = 32
/**
 * The detector's memory grows with its input: 1920 x 1280 px at once take 900 MB. The overlap is wider
 * than most numbers; pieces of wider ones are found again by the coarse pass.
 */
const MOST_TILE_PIXELS = 1_400_000
const TILE_OVERLAP_PX = 256
/** Input of the recognizer. */
const LINE_HEIGHT_PX = 48
const MOST_LINE_WIDTH_PX = 320
const LEAST_LINE_WIDTH_PX = 16
/** Longer lines are more than a number of five digits: they are not read, which is a third of the time. */
const MOST_RATIO = 7
const UNREAD = '…'

export async function openTextReader(models: Models): Promise<TextReader> {
  const characters = await charactersOf(models)
  const detector = await openSession(models.detection)
  const recognizer = await openSession(models.recognition)
  return {
    async read(picture, passes) {
      const texts: Text[] = []
      for (const pass of passes) {
        for (const { box, isCut } of await detect(detector, picture, pass))
          texts.push({ ...(await recognize(recognizer, characters, picture, box)), box, isCut })
      }
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

interface Found {
  box: TiltedBox
  isCut: boolean
}

async function detect(session: InferenceSession, picture: RgbPixels, pass: Pass): Promise<Found[]> {
  const scale = Math.min(MOST_UPSCALING, pass.side / Math.max(picture.width, picture.height))
  const onGrid = (length: number): number => Math.max(1, Math.round((length * scale) / GRID_PX)) * GRID_PX
  const scaled = await scalePixels(picture, { width: onGrid(picture.width), height: onGrid(picture.height) })
  const [scaleX, scaleY] = [picture.width / scaled.width, picture.height / scaled.height]
  const found: Found[] = []
  for (const tile of tilesOf(scaled)) {
    const map = await run(session, detectorInput(scaled, tile), tile)
    for (const box of findTextAreas({ data: map.data as Float32Array, ...tile })) {
      if (box.height < pass.leastHeight) continue
      const [x, y] = [(tile.left + box.x) * scaleX, (tile.top + box.y) * scaleY]
      found.push({
        box: { ...box, x, y, width: box.width * scaleX, height: box.height * scaleY },
        isCut: isCutBy(tile, box, scaled),
      })
    }
  }
  return found
}

/** Whether a box in a tile goes beyond a side of it that is not one of the picture. */
function isCutBy({ left, top, width, height }: Box, box: TiltedBox, picture: MeasuredPx): boolean {
  return cornersOf(box).some(
    ({ x, y }) =>
      (x < 0 && left > 0) ||
      (y < 0 && top > 0) ||
      (x > width && left + width < picture.width) ||
      (y > height && top + height < picture.height),
  )
}

/** Overlapping parts of a scaled picture, along its longer side. */
function tilesOf({ width, height }: MeasuredPx): Box[] {
  const [length, breadth] = [Math.max(width, height), Math.min(width, height)]
  const longest = Math.max(2 * TILE_OVERLAP_PX, Math.floor(MOST_TILE_PIXELS / breadth / GRID_PX) * GRID_PX)
  const count = length <= longest ? 1 : Math.ceil((length - TILE_OVERLAP_PX) / (longest - TILE_OVERLAP_PX))
  const each = Math.ceil((length + (count - 1) * TILE_OVERLAP_PX) / count / GRID_PX) * GRID_PX
  return Array.from({ length: count }, (_, index) => {
    const start = Math.min(index * (each - TILE_OVERLAP_PX), length - each)
    return width >= height ? { left: start, top: 0, width: each, height } : { left: 0, top: start, width, height: each }
  })
}

function detectorInput({ data, width: rowLength }: RgbPixels, { left, top, width, height }: Box): Float32Array {
  const plane = width * height
  const planes = new Float32Array(plane * 3)
  for (let channel = 0; channel < 3; channel++) {
    const [mean, deviation] = [MEAN[channel] as number, DEVIATION[channel] as number]
    for (let at = 0; at < plane; at++) {
      const from = (top + Math.floor(at / width)) * rowLength + left + (at % width)
      planes[channel * plane + at] = ((data[from * 3 + channel] as number) / 255 - mean) / deviation
    }
  }
  return planes
}

async function recognize(session: InferenceSession, characters: string[], picture: RgbPixels, box: TiltedBox) {
  if (box.width > box.height * MOST_RATIO) return { text: UNREAD, confidence: 1 }
  const wanted = Math.round((LINE_HEIGHT_PX * box.width) / box.height)
  const width = Math.min(MOST_LINE_WIDTH_PX, Math.max(LEAST_LINE_WIDTH_PX, wanted))
  const size = { width, height: LINE_HEIGHT_PX }
  const output = await run(session, cutOut(picture, box, size), size)
  return decodeText(output.data as Float32Array, output.dims.at(-1) as number, characters)
}

async function run(session: InferenceSession, planes: Float32Array, { width, height }: MeasuredPx) {
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
