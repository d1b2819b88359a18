/** What the header of an image file says. */
export interface Header {
  /** Pixels as stored, before the orientation is applied; of the whole canvas, where there is one. */
  width: number
  height: number
  /** EXIF orientation, 1 to 8. */
  orientation: number
}
