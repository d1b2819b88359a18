/** The files of a drop, with those in dropped folders. Hidden files are left out. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<File[]> {
  // The list is only valid until the first wait.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (!entries.some(({ isDirectory }) => isDirectory)) return [...files]
  const found = await Promise.all(entries.map(filesOfEntry))
  return found.flat().filter(({ name }) => !name.startsWith('.'))
}

async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]
  const inside = await entriesOf((entry as FileSystemDirectoryEntry).createReader())
  inside.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
  return (await Promise.all(inside.map(filesOfEntry))).flat()
}

/** A reader returns a hundred entries at a time. */
async function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}
