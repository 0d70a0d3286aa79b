import { exampleSettings, ShopSettings } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { parseSettingsFile } from './settings-file.js';

const faults = (content: string): readonly string[] => {
  const parsed = parseSettingsFile('shop.yaml', content);
  return parsed.ok ? [] : parsed.faults;
};

describe('a settings file', () => {
  it.each([
    ['YAML', stringify(exampleSettings)],
    ['JSON', JSON.stringify(exampleSettings)],
  ])('is read as %s', (_format, content) => {
    expect(parseSettingsFile('shop', content)).toEqual({ ok: true, settings: ShopSettings.parse(exampleSettings) });
  });

  it('tells every fault at once, each with its line and path', () => {
    const content = [
      'shop: aurora',
      'name: Aurora',
      'currency: EURO',
      'colour: red',
      'pages:',
      '  - page: "1001"',
      '    name: Aurora',
      '    access_token: EAAGsecret',
      '    app_secret: env:APP_SECRET',
      '    verify_token: env:VERIFY',
      '    pace_per_second: 0',
      'sources: [{ name: catalog, format: cloudevents, topic: aurora.catalog }]',
      'min_gap: 5 minutes',
    ].join('\n');
    const found = faults(content);
    expect(found).toHaveLength(5);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^shop\.yaml:3 currency: an ISO 4217 code/),
        expect.stringMatching(/^shop\.yaml:4 colour: there is no such setting/),
        expect.stringMatching(/^shop\.yaml:8 pages\[0\]\.access_token: name the secret/),
        expect.stringMatching(/^shop\.yaml:11 pages\[0\]\.pace_per_second: /),
        expect.stringMatching(/^shop\.yaml:13 min_gap: write a duration such as/),
      ]),
    );
    // A secret written into the file by mistake is not repeated.
    expect(found.join()).not.toContain('EAAG');
  });

  it('says what is missing', () => {
    expect(faults('shop: aurora\nname: A\ncurrency: EUR\nsources: []\n')).toEqual(
      expect.arrayContaining(['shop.yaml pages: is missing']),
    );
  });

  it('says where YAML itself is wrong', () => {
    expect(faults('shop: "aurora\nname: x\n')[0]).toMatch(/^shop\.yaml:\d+:\d+ /);
  });

  it('is a fault when it is empty', () => {
    expect(faults('')[0]).toMatch(/^shop\.yaml the file: /);
  });
});
