/** Marker codes of JPEG: ITU-T T.81, table B.1. */
export const [APP0, APP1, DHT, DRI, EOI, SOS] = [0xe0, 0xe1, 0xc4, 0xdd, 0xd9, 0xda]

/**
 * Frame headers of everything that current decoders support: Huffman and arithmetic coding,
 * sequential, progressive and lossless.
 */
export const FRAMES = [0xc0, 0xc1, 0xc2, 0xc3, 0xc9, 0xca]

/** TEM, RST0 to RST7 and SOI stand alone; all others start a segment with a length. */
export const standsAlone = (code: number): boolean => code === 0x01 || (code >= 0xd0 && code <= 0xd8)
