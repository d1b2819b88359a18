import type { Task } from '@darkroom/contracts'
import { useLanguage } from '../words/language.tsx'

/** The files of a completed task. */
export function FileTable({ task }: { task: Task }) {
  const { words, formats } = useLanguage()
  const { files = [], images } = task
  if (files.length === 0) return null
  const whatOf = (name: string): string => {
    const variant = images.find(({ resolution }) => resolution === name)
    return variant ? formats.size(variant) : name
  }
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
        {files.map(({ name, size, md5, url }) => (
          <tr key={name}>
            <td>{whatOf(name)}</td>
            <td>{formats.bytes(size)}</td>
            <td className="wide-only">
              <code title={md5}>{md5.slice(0, 12)}…</code>
            </td>
            <td>
              <a href={url} download="" aria-label={words.task.saveName(whatOf(name))}>
                {words.task.save}
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
