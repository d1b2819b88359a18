// A process that starts a server and then ends as it is told; see owned-process.int.test.ts.
import { startOwnedProcess } from '../src/owned-process.ts'
import { smallServer } from './small-server.ts'

const [folder = '', ending] = process.argv.slice(2)
const server = await startOwnedProcess(smallServer, folder)
console.log(server.pid)
if (ending === 'exit') process.exit(3)
setInterval(() => {}, 1000)
