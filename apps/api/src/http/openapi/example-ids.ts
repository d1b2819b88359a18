/** All examples of the document tell one story: these are the ids used in it. */
export const TASK_ID = '69f867183b2f5c0d9e41a7c2'
export const JOB_ID = '7f9c24e8-3b12-4fef-91e0-56a2d5c1b0aa'
/** Another task, whose photo turns out to be damaged. */
export const FAILED_TASK_ID = '69f866d03b2f5c0d9e41a7b9'
export const BATCH_ID = '69f867512ac94b10d7e3f085'
