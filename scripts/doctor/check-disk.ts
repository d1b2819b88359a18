import { open, stat, statfs, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FOLDERS, KINDS } from '@darkroom/contracts'
import { findingsOf, messageOf, type Finding, type Report } from './finding.ts'

const MIB = 1024 ** 2
const AMPLE = 5
const FEW_NODES = 0.02
const ORIGINALS = Object.values(KINDS).map(({ originals }) => `${FOLDERS.originals}/${originals}`)
/** Files are renamed between these, which only works within a file system. */
const TOGETHER = [dirname(FOLDERS.uploads), ...Object.values(FOLDERS), ...ORIGINALS]

/** Whether files can be stored in the data folder, and how much space is left. */
export async function checkDisk(dataDir: string, minFreeBytes: number): Promise<Finding[]> {
  const { findings, report } = findingsOf('Disk')
  const root = await stat(dataDir).catch(() => undefined)
  if (root && !root.isDirectory()) report('FAIL', `${dataDir} is not a folder`, 'Set DATA_DIR to a folder.')
  else if (root) await checkFolder(report, dataDir, root.dev)
  else await checkPlace(report, dataDir)
  if (root?.isDirectory() ?? false) await checkRoom(report, dataDir, minFreeBytes)
  return findings
}

async function checkFolder(report: Report, dataDir: string, device: number): Promise<void> {
  try {
    await writeAndRemove(dataDir)
    report('OK', `${dataDir} is writable`)
  } catch (error) {
    report(
      'FAIL',
      `${dataDir} is not writable: ${messageOf(error)}`,
      'Give the user of the API and the workers write permission.',
    )
  }
  const foreign: string[] = []
  for (const folder of TOGETHER) {
    const facts = await stat(join(dataDir, folder)).catch(() => undefined)
    if (facts && facts.dev !== device) foreign.push(folder)
  }
  if (foreign.length === 0) return report('OK', 'uploads and storage are on one file system')
  report(
    'FAIL',
    `${foreign.join(', ')}: on a separate file system`,
    'Mount DATA_DIR as one file system: files are moved by renaming.',
  )
}

/** Does not exist yet: the API creates it at its first upload, if permitted. */
async function checkPlace(report: Report, dataDir: string): Promise<void> {
  try {
    await writeAndRemove(await nearestFolder(dataDir))
    report(
      'WARN',
      `${dataDir} does not exist yet`,
      'The first upload creates it. If it should contain files, DATA_DIR is wrong or a volume is not mounted.',
    )
  } catch (error) {
    report(
      'FAIL',
      `${dataDir} does not exist and cannot be created: ${messageOf(error)}`,
      'Create it, or correct DATA_DIR.',
    )
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
  const todo = 'Free some space or reduce FILE_TTL_SECONDS.'
  if (free < minFreeBytes) report('FAIL', `${room}, below MIN_FREE_BYTES: uploads are refused`, todo)
  else if (free < minFreeBytes * AMPLE) report('WARN', `${room}: uploads will soon be refused`, todo)
  else report('OK', room)
  if (files > 0 && ffree / files < FEW_NODES)
    report(
      'WARN',
      `only ${ffree} more files can be created`,
      'The file system is running out of inodes: create one with more.',
    )
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
