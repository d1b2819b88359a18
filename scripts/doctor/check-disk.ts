import { open, stat, statfs, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findingsOf, messageOf, type Finding, type Report } from './finding.ts'

const MIB = 1024 ** 2
const AMPLE = 5
const FEW_NODES = 0.02
/** Files move between these by renaming, which cannot leave a file system. */
const FOLDERS = ['uploads', 'uploads/temp', 'storage', 'storage/images', 'output']

/** Whether files can be kept in the data folder, and for how much longer. */
export async function checkDisk(dataDir: string, minFreeBytes: number): Promise<Finding[]> {
  const { findings, report } = findingsOf('Disk')
  const root = await stat(dataDir).catch(() => undefined)
  if (root && !root.isDirectory()) report('FAIL', `${dataDir} is not a folder`, 'Point DATA_DIR to a folder.')
  else if (root) await checkFolder(report, dataDir, root.dev)
  else await checkPlace(report, dataDir)
  if (root?.isDirectory() ?? false) await checkRoom(report, dataDir, minFreeBytes)
  return findings
}

async function checkFolder(report: Report, dataDir: string, device: number): Promise<void> {
  try {
    await writeAndRemove(dataDir)
    report('OK', `${dataDir} can be written to`)
  } catch (error) {
    report(
      'FAIL',
      `${dataDir} cannot be written to: ${messageOf(error)}`,
      'Give the user of the API and the workers the right to write there.',
    )
  }
  const foreign: string[] = []
  for (const folder of FOLDERS) {
    const facts = await stat(join(dataDir, folder)).catch(() => undefined)
    if (facts && facts.dev !== device) foreign.push(folder)
  }
  if (foreign.length === 0) return report('OK', 'uploads and storage lie on one file system')
  report(
    'FAIL',
    `${foreign.join(', ')}: on a file system of its own`,
    'Mount DATA_DIR as a whole: files are moved by renaming.',
  )
}

/** Not there yet: the API makes it at its first upload, if it may. */
async function checkPlace(report: Report, dataDir: string): Promise<void> {
  try {
    await writeAndRemove(await nearestFolder(dataDir))
    report(
      'WARN',
      `${dataDir} does not exist yet`,
      'The first upload makes it. If it should have files in it, DATA_DIR is wrong or a volume is not mounted.',
    )
  } catch (error) {
    report('FAIL', `${dataDir} does not exist and cannot be made: ${messageOf(error)}`, 'Make it, or correct DATA_DIR.')
  }
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path)
  return (await stat(parent).catch(() => undefined)) || parent === path ? parent : nearestFolder(parent)
}

async function checkRoom(report: Report, dataDir: string, minFreeBytes: number): Promise<void> {
  const { bavail, bsize, files, ffree } = await statfs(dataDir)
  const free = bavail * bsize
  const room = `${Math.round(free / MIB)} MiB free`
  const todo = 'Free some space or shorten FILE_TTL_SECONDS.'
  if (free < minFreeBytes) report('FAIL', `${room}, below MIN_FREE_BYTES: uploads are refused`, todo)
  else if (free < minFreeBytes * AMPLE) report('WARN', `${room}: soon uploads will be refused`, todo)
  else report('OK', room)
  if (files > 0 && ffree / files < FEW_NODES)
    report('WARN', `only ${ffree} files more can be made`, 'The file system runs out of inodes: make one with more.')
}

async function writeAndRemove(folder: string): Promise<void> {
  const path = join(folder, `.doctor-${process.pid}`)
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile('x')
    await file.sync()
  } finally {
    await file.close()
    await unlink(path)
  }
}
