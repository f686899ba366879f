// Makes a screenshot small: a PNG of at most 256 colours, chosen by how often they stand in the picture. It reads the PNGs that Chromium
// writes (8 bits a channel, not interlaced) and refuses others.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Colours closer than this (squared distance) share a place in the palette: an eye sees no difference. */
const SAME = 27;

/** Answers the same picture with a palette. */
export function withPalette(png) {
  const { width, height, channels, pixels } = decode(png);
  const { palette, indices } = quantise(pixels, channels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) indices.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

function decode(png) {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new TypeError('This is no PNG.');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const [depth, colour, , , interlace] = png.subarray(24, 29);
  const channels = colour === 2 ? 3 : colour === 6 ? 4 : 0;
  if (depth !== 8 || channels === 0 || interlace !== 0) throw new TypeError('Only plain PNGs of 8 bits a channel are read.');
  const parts = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return { width, height, channels, pixels: unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels) };
}

/** Each row of a PNG says how it was written as differences; PNG specification, section 9. */
function unfilter(raw, stride, height, channels) {
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const row = y * stride;
    for (let x = 0; x < stride; x += 1) {
      const left = x < channels ? 0 : pixels[row + x - channels];
      const up = y === 0 ? 0 : pixels[row + x - stride];
      const corner = x < channels || y === 0 ? 0 : pixels[row + x - stride - channels];
      pixels[row + x] = raw[y * (stride + 1) + 1 + x] + predicted(filter, left, up, corner);
    }
  }
  return pixels;
}

function predicted(filter, left, up, corner) {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

function paeth(left, up, corner) {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function quantise(pixels, channels) {
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [];
  const places = new Map();
  for (const [colour] of [...counts].toSorted(([, a], [, b]) => b - a)) {
    const rgb = [colour >> 16, (colour >> 8) & 255, colour & 255];
    const [place, distance] = nearest(palette, rgb);
    if (distance > SAME && palette.length < 256) places.set(colour, palette.push(rgb) - 1);
    else places.set(colour, place);
  }
  const indices = Buffer.alloc(pixels.length / channels);
  for (let at = 0; at < indices.length; at += 1) {
    const from = at * channels;
    indices[at] = places.get((pixels[from] << 16) | (pixels[from + 1] << 8) | pixels[from + 2]);
  }
  return { palette, indices };
}

function nearest(palette, [r, g, b]) {
  let [place, least] = [0, Infinity];
  for (const [at, [pr, pg, pb]] of palette.entries()) {
    const distance = (r - pr) ** 2 + (g - pg) ** 2 + (b - pb) ** 2;
    if (distance < least) [place, least] = [at, distance];
  }
  return [place, least];
}
