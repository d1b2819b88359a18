/**
 * The environment that a process with a reader should be started with. The network allocates and
 * frees blocks of some megabytes for each of its layers. By default, glibc keeps them in pieces: a
 * process grows to 850 MB within three photos. Blocks that each come from the system and go back
 * to it (a low M_MMAP_THRESHOLD) keep it small, but three quarters of the CPU time are then spent on
 * page faults. So blocks up to 8 MiB come from one heap, of which up to 128 MiB may be unused
 * (mallopt(3)), and larger ones in pages of 2 MiB (glibc.malloc.hugetlb of "Tunables" in the manual
 * of glibc).
 */
export const PROCESS_ENV = {
  MALLOC_MMAP_THRESHOLD_: String(8 * 1024 ** 2),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024 ** 2),
  MALLOC_ARENA_MAX: '1',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
} as const
