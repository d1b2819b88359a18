import { access } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { chromium, type Browser, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** The path of a Chromium: CHROMIUM_PATH, or one on PATH. */
export async function findChromium(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = [process.env['CHROMIUM_PATH'], ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))]
  for (const place of places) if (place && (await isThere(place))) return place
  return undefined
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A headless browser. It reaches this machine alone, also by these names. */
export function openBrowser(path: string, names: readonly string[] = []): Promise<Browser> {
  // Its sandbox refuses to run as root, which containers do.
  const rules = [...names.map((name) => `MAP ${name} 127.0.0.1`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1']
  const args = ['--disable-dev-shm-usage', `--host-resolver-rules=${rules.join(', ')}`]
  return chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0, args })
}

/** What goes wrong on a page by itself: errors, refusals by its policy, requests to elsewhere. */
export function watchFaults(page: Page, url: string): () => string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // A refused upload is an answer like any other, which the browser reports nevertheless.
    const isFault = message.type() === 'error' && !message.text().startsWith('Failed to load resource')
    if (isFault) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== url)
      faults.push(`a request to ${request.url()}`)
  })
  return () => faults
}

/**
 * Tells a page that its tab is in front or behind another one. To Playwright, all tabs are in front.
 */
export async function setVisible(page: Page, isVisible: boolean): Promise<void> {
  const state = isVisible ? 'visible' : 'hidden'
  await page.evaluate(`Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
}

/** What a page lacks for people who cannot see it or use no pointer, by the rules of axe. */
export async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }
    return (await axe.run()).violations
  })
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  )
}

interface Violation {
  id: string
  nodes: { html: string; failureSummary: string }[]
}
