import { buildPage } from './build-page.ts'

export const setup = (): Promise<void> => buildPage(console.log)
