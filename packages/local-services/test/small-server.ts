import type { ServerProgram } from '../src/owned-process.ts'

/** The least that counts as a server: listens and says nothing. Starts faster than any database. */
export const smallServer: ServerProgram = {
  name: 'small-server',
  file: process.execPath,
  dataName: 'data',
  args: (port) => ['-e', `require('node:net').createServer().listen(${port}, '127.0.0.1')`],
  ask: () => Promise.resolve(),
}
