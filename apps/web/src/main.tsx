import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createTaskEvents } from './api/event-source.ts'
import { isForNow } from './api/request.ts'
import { readSettings } from './api/settings.ts'
import { TaskEventsContext } from './api/use-task-events.ts'
import { SettingsContext } from './api/use-settings.ts'
import { App } from './app.tsx'
import './look/base.css'
import './look/parts.css'
import { createUploads, UploadsContext } from './uploads/use-uploads.ts'
import { LanguageProvider } from './words/language.tsx'

const RETRIES = 3

const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => isForNow(error) && failures < RETRIES, staleTime: 1000 },
  },
})
const events = createTaskEvents()
const place = document.querySelector('#page')
if (!place) throw new Error('The page has no place for its content.')
createRoot(place).render(
  <StrictMode>
    <LanguageProvider>
      <QueryClientProvider client={queries}>
        <SettingsContext value={readSettings(document)}>
          <TaskEventsContext value={events}>
            <UploadsContext value={createUploads(events)}>
              <App />
            </UploadsContext>
          </TaskEventsContext>
        </SettingsContext>
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
)
