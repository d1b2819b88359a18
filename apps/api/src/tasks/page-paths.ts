// Where the web page shows things.

export const taskPage = (id: string): string => `/tasks/${id}`
export const batchPage = (id: string): string => `/batches/${id}`
export const albumPage = (album: string): string => `/albums/${album}`
