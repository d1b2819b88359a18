import type { Task } from '@darkroom/contracts'
import { useLanguage } from '../words/language.tsx'

interface Row {
  name: string
  what: string
  bytes: number
  md5: string
  url: string
}

/** The files of a completed task. */
export function FileTable({ task }: { task: Task }) {
  const { words, formats } = useLanguage()
  const rows: Row[] = [
    ...task.images.map((image) => ({ ...image, name: image.resolution, what: formats.size(image), bytes: image.size })),
    ...(task.files ?? []).map((file) => ({ ...file, what: file.name })),
  ]
  if (rows.length === 0) return null
  return (
    <table className="card">
      <thead>
        <tr>
          <th scope="col">{words.task.file}</th>
          <th scope="col">{words.task.size}</th>
          <th scope="col" className="wide-only">
            MD5
          </th>
          <th scope="col">
            <span className="unseen">{words.task.save}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, what, bytes, md5, url }) => (
          <tr key={name}>
            <td>{what}</td>
            <td>{formats.bytes(bytes)}</td>
            <td className="wide-only">
              <code title={md5}>{md5.slice(0, 12)}…</code>
            </td>
            <td>
              <a href={url} download="" aria-label={words.task.saveName(what)}>
                {words.task.save}
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
