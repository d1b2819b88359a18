// `npm run models`: fetches the newer text models for bib numbers, once, and says how to use them.
import { fetchBibModels } from '@darkroom/local-services'
import { describeModels } from '../packages/bibs/src/index.ts'

const fetched = await fetchBibModels({ folder: '.darkroom', env: process.env, log: (line) => console.log(line) })
if ('found' in fetched) {
  console.log(`Text models: ${await describeModels(fetched.found)}. To use them: BIBS_MODELS=${fetched.found}`)
} else {
  console.error(`Text models: ${await describeModels()}. The newer ones cannot be fetched: ${fetched.skipped}.`)
  process.exitCode = 1
}
