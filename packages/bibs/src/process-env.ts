/**
 * The environment that a process with a reader should be started with. By default glibc stops
 * giving large blocks back to the system once one was freed (mallopt(3), M_MMAP_THRESHOLD): a
 * process then grows to 850 MB within three photos; with this it has a peak of 380 MB and settles
 * at 190.
 */
export const PROCESS_ENV = { MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_ARENA_MAX: '2' } as const
