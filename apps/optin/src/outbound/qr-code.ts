import QRCode from 'qrcode';

/**
 * M mends 15 % of damage: enough for print, with fewer and therefore larger modules than H. Four modules of quiet zone,
 * as ISO/IEC 18004 asks for.
 */
const MARGIN = 4;
const options = { errorCorrectionLevel: 'M', margin: MARGIN } as const;

/** A QR code that scales: an SVG document. */
export const qrSvg = (text: string): Promise<string> => QRCode.toString(text, { ...options, type: 'svg' });

/**
 * The same as a PNG. Every module is the same whole number of pixels wide: uneven ones are hard to read in long codes.
 * @param width of the square in pixels, at least; at most one pixel per module more.
 */
export function qrPng(text: string, width: number): Promise<Buffer> {
  const modules = QRCode.create(text, options).modules.size + 2 * MARGIN;
  return QRCode.toBuffer(text, { ...options, type: 'png', scale: Math.ceil(width / modules) });
}
