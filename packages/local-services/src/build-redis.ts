// Run by run-download.ts in a separate process: downloads the Redis sources into the folder given
// on the command line and builds them.
import { RedisBinary } from 'redis-memory-server'

const VERSION = '7.2.5'

const [folder = '.'] = process.argv.slice(2)
const program = await RedisBinary.getPath({ downloadDir: folder, version: VERSION })
console.log(`\nprogram: ${program}`)
