import { Route, Switch } from 'wouter'
import { Header } from './frame/header.tsx'
import { lazyPage } from './frame/lazy-page.tsx'
import { NotFoundPage } from './frame/not-found-page.tsx'
import { PageBoundary } from './frame/page-boundary.tsx'
import { PageFocus } from './frame/page-focus.tsx'
import { UploadPage } from './uploads/upload-page.tsx'
import { UploadGuard } from './uploads/upload-guard.tsx'
import { useLanguage } from './words/language.tsx'

const TaskPage = lazyPage(async () => (await import('./task/task-page.tsx')).TaskPage)
const TasksPage = lazyPage(async () => (await import('./tasks/tasks-page.tsx')).TasksPage)
const QueuePage = lazyPage(async () => (await import('./queue/queue-page.tsx')).QueuePage)
const BatchPage = lazyPage(async () => (await import('./batch/batch-page.tsx')).BatchPage)
const AlbumsPage = lazyPage(async () => (await import('./album/albums-page.tsx')).AlbumsPage)
const AlbumPage = lazyPage(async () => (await import('./album/album-page.tsx')).AlbumPage)
const SettingsPage = lazyPage(async () => (await import('./settings/settings-page.tsx')).SettingsPage)

/** Every page; all but the first are loaded when they are opened. */
export function App() {
  const { words } = useLanguage()
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <UploadGuard />
      <PageFocus />
      <Header />
      <main id="content" tabIndex={-1}>
        <PageBoundary>
          <Switch>
            <Route path="/" component={UploadPage} />
            <Route path="/tasks" component={TasksPage} />
            <Route path="/tasks/:id" component={TaskPage} />
            <Route path="/batches/:id" component={BatchPage} />
            <Route path="/albums" component={AlbumsPage} />
            <Route path="/albums/:album" component={AlbumPage} />
            <Route path="/settings" component={SettingsPage} />
            <Route path="/queue" component={QueuePage} />
            <Route component={NotFoundPage} />
          </Switch>
        </PageBoundary>
      </main>
    </>
  )
}
