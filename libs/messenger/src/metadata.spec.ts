import { describe, expect, it } from '@jest/globals';
import { METADATA_MAX } from './limits.js';
import { formatMetadata, parseMetadata } from './metadata.js';

describe('message metadata', () => {
  it('carries our id there and back', () => {
    expect(formatMetadata('a1-b2:7')).toBe('beckon:a1-b2:7');
    expect(parseMetadata('beckon:a1-b2:7')).toBe('a1-b2:7');
  });

  it.each([undefined, null, '', 'beckon:', 'other:1', 'Beckon:1', ' beckon:1', 'beckon:has space'])(
    'takes %j for another app’s',
    (metadata) => {
      expect(parseMetadata(metadata)).toBeUndefined();
    },
  );

  it('refuses ids that would not come back', () => {
    expect(() => formatMetadata('')).toThrow(RangeError);
    expect(() => formatMetadata('a b')).toThrow(RangeError);
    expect(() => formatMetadata('x'.repeat(METADATA_MAX - 6))).toThrow(RangeError);
    expect(formatMetadata('x'.repeat(METADATA_MAX - 7))).toHaveLength(METADATA_MAX);
  });
});
