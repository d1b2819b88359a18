// Run by run-download.ts in a separate process: downloads a real mongod into the folder given on
// the command line.
import { MongoBinary } from 'mongodb-memory-server-core'

const [folder = '.'] = process.argv.slice(2)
process.env['MONGOMS_MAX_RETRIES'] = '1'
// An installed one would have been found on PATH already.
process.env['MONGOMS_PREFER_GLOBAL_PATH'] = 'false'
process.env['MONGOMS_DOWNLOAD_DIR'] = folder
const program = await MongoBinary.getPath({ downloadDir: folder, checkMD5: true })
console.log(`\nprogram: ${program}`)
