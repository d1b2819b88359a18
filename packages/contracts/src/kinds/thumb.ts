/** The name of the thumbnail among the files of a photo. */
export const THUMB = 'thumb'
