/** How far a picture of that orientation is turned clockwise (EXIF 2.32, tag 0x0112). */
export const degreesOf = (orientation: number): number => [0, 0, 0, 180, 180, 270, 90, 90, 270][orientation] ?? 0
