import { lengthOf } from '@beckon/messenger';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * At most `max` code points of a text, ending in "…" if something was left out. Never cuts through what a reader sees
 * as one character (a family emoji, a letter with its accents).
 */
export function cutAtGrapheme(text: string, max: number): string {
  if (lengthOf(text) <= max) return text;
  let kept = '';
  let length = 0;
  for (const { segment } of segmenter.segment(text)) {
    const more = lengthOf(segment);
    if (length + more > max - 1) break;
    kept += segment;
    length += more;
  }
  return max < 1 ? '' : `${kept.trimEnd()}…`;
}
