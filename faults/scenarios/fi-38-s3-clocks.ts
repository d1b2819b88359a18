import { whyNoS3 } from '../faulty-bucket.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { runsOf } from '../watch.ts'
import { wrongClocks } from './fi-19-wrong-clocks.ts'

/**
 * Requests are signed with the time, and refused if it is wrong by more than 15 minutes: the S3
 * client then takes the time of the server. The server cannot have the wrong clock itself, because
 * libfaketime has no effect on it.
 */
export const s3Clocks: Scenario = {
  ...wrongClocks,
  name: 'fi-38',
  title: 'clocks an hour ahead and an hour behind that of the S3 server',
  inBucket: true,
  skip: () => whyNoS3() ?? wrongClocks.skip?.(),
  run: async (rig, tasks) => {
    await wrongClocks.run(rig, tasks)
    const runs = runsOf(rig).filter(({ process }) => process === 'worker-1').length
    rig.check('the worker with the wrong clock reads and stores files', runs > 0, `${runs} runs`)
    const { status } = await rig.client.tryUpload(await pictureOf(0, 'behind'), 'behind', rig.apiUrls[0] ?? '')
    rig.check('so does the API', status === 202, `answered ${status}`)
  },
}
