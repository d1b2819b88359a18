import { useEffect, useState } from 'react'

const SIZE_PX = 160
const QUALITY = 0.7
/** Decoding a photo takes a core for a tenth of a second. */
const AT_ONCE = 2

const made = new WeakMap<File, Promise<string | undefined>>()
const waiting: (() => void)[] = []
let running = 0

/** A small picture of a photo; undefined if the browser cannot show it, or not yet. */
export function useThumbnail(file: File): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    let isShown = true
    void thumbnailOf(file).then((found) => isShown && setUrl(found))
    return () => void (isShown = false)
  }, [file])
  return url
}

function thumbnailOf(file: File): Promise<string | undefined> {
  const known = made.get(file)
  if (known) return known
  const making = inTurn(() => shrink(file)).catch(() => undefined)
  made.set(file, making)
  return making
}

/** Only this small picture is kept: the photo itself is decoded once, off the main thread. */
async function shrink(file: File): Promise<string> {
  const bitmap = await createImageBitmap(file, { resizeWidth: SIZE_PX, resizeQuality: 'medium' })
  const canvas = document.createElement('canvas')
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', QUALITY))
  if (!blob) throw new Error('The browser made no picture.')
  return URL.createObjectURL(blob)
}

async function inTurn<Made>(make: () => Promise<Made>): Promise<Made> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await make()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}
