import { REF_MAX, REF_PATTERN } from '@beckon/messenger';

/** What a link leads to, or why it does not lead anywhere. */
export type LinkReading =
  | { readonly page: string | undefined; readonly ref: string | undefined }
  | { readonly fault: 'not_an_m_me_link' | 'invalid_ref' };

/**
 * Rule 47: reads `https://m.me/<PAGE>?ref=<REF>`, or a bare ref. A ref is made of letters, digits and `- _ =`, and has
 * at most 2083 characters.
 */
export function rule47Link(link: string): LinkReading {
  if (!link.includes('/')) return withRef(undefined, link);
  let url: URL;
  try {
    url = new URL(/^https?:\/\//i.test(link) ? link : `https://${link}`);
  } catch {
    return { fault: 'not_an_m_me_link' };
  }
  const page = /^\/([^/]+)\/?$/.exec(url.pathname)?.[1];
  if (url.hostname !== 'm.me' || page === undefined) return { fault: 'not_an_m_me_link' };
  const ref = url.searchParams.get('ref');
  return ref === null ? { page, ref: undefined } : withRef(page, ref);
}

function withRef(page: string | undefined, ref: string): LinkReading {
  return REF_PATTERN.test(ref) && ref.length <= REF_MAX ? { page, ref } : { fault: 'invalid_ref' };
}
