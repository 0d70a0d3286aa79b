import { chooseVoice } from './wording/languages.js';

/** What the button says. */
export interface NotifyButton {
  /** The link that it leads to. */
  readonly url: string;
  /** The words on it; those of the bot in `locale` if not given. */
  readonly label?: string | undefined;
  /** Language of the page that shows it. */
  readonly locale: string | null;
}

/**
 * The "notify me" button as HTML to paste: one plain `<a>`, which needs no script and takes the page's own style through
 * the class `beckon-notify-me`. Everything in it is escaped.
 */
export function notifyButton({ url, label, locale }: NotifyButton): string {
  const { wording, tag } = chooseVoice(locale);
  const words = label ?? wording.button_notify_me;
  // `nofollow`: a crawler is no shopper. `noopener`: the new tab gets no hold of the shop's page.
  const attributes = `class="beckon-notify-me" href="${escaped(url)}" target="_blank" rel="nofollow noopener"`;
  const lang = label === undefined ? ` lang="${escaped(tag)}"` : '';
  return `<a ${attributes}${lang}>${escaped(words)}</a>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
