import { describe, expect, it } from '@jest/globals';
import { notifyButton } from './notify-button.js';
import { wordings } from './wording/languages.js';

const url = 'https://m.me/1001?ref=abc';

describe('the button to paste', () => {
  it('is one plain link without script, in the language of the page', () => {
    expect(notifyButton({ url, locale: 'de_AT' })).toBe(
      '<a class="beckon-notify-me" href="https://m.me/1001?ref=abc" target="_blank" rel="nofollow noopener" lang="de-AT">Benachrichtigen</a>',
    );
    expect(notifyButton({ url, locale: null })).toContain('lang="en">Notify me</a>');
    for (const wording of Object.values(wordings)) expect(wording.button_notify_me.length).toBeGreaterThan(0);
  });

  it('lets no label out of the link', () => {
    const html = notifyButton({ url, locale: 'fr', label: `</a><script>alert("x")</script> & 'y'` });
    expect(html).toContain('>&lt;/a&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;</a>');
    expect(html).not.toContain('lang=');
    expect(notifyButton({ url: 'https://m.me/1?ref="><b>', locale: null })).toContain('?ref=&quot;&gt;&lt;b&gt;"');
  });
});
