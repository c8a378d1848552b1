// Reads the QR code on a screen as a camera would. Prints its text.
//
// The screen comes from stdin. Each character shows two pixels, one above the other, and a light pixel is full.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const SCALE = 4;
const jsQR = createRequire(process.argv[2])('jsqr');

const lines = readFileSync(0, 'utf8').split('\n');
const width = Math.max(...lines.map((line) => line.length)) * SCALE;
const height = lines.length * 2 * SCALE;
const image = new Uint8ClampedArray(width * height * 4);
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    const row = Math.floor(y / SCALE);
    const shown = lines[Math.floor(row / 2)][Math.floor(x / SCALE)] ?? ' ';
    const isLight = shown === '█' || shown === (row % 2 === 0 ? '▀' : '▄');
    image.fill(isLight ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 4);
  }
}
console.log(jsQR(image, width, height)?.data ?? 'no QR code');
