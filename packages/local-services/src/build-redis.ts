// Run by run-download.ts, in a process of its own: fetches the sources of Redis into the folder
// named on the command line and builds them.
import { RedisBinary } from 'redis-memory-server'

const VERSION = '7.2.5'

const [folder = '.'] = process.argv.slice(2)
const program = await RedisBinary.getPath({ downloadDir: folder, version: VERSION })
console.log(`\nprogram: ${program}`)
